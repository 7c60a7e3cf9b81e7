// SPDX-License-Identifier: Apache-2.0
import JSON
import Testing

@Suite struct NumberTests {
  @Test(
    "an integer literal that fits has an Int, any number a Double",
    arguments: [
      ("0", 0, 0), ("-0", 0, -0.0), ("42", 42, 42), ("-17", -17, -17), ("1.0", nil, 1), ("1e2", nil, 100),
      ("0.1", nil, 0.1),
      ("9223372036854775807", Int.max, 9.223372036854775807e18),
      ("-9223372036854775808", Int.min, -9.223372036854775808e18),
      ("9223372036854775808", nil, 9.223372036854775808e18), ("-9223372036854775809", nil, -9.223372036854775808e18),
      ("9007199254740993", 9_007_199_254_740_993, 9_007_199_254_740_992), ("1e400", nil, .infinity),
      ("-1e400", nil, -.infinity),
      ("99999999999999999999999999", nil, 1e26), ("1E-400", nil, 0),
    ] as [(String, Int?, Double)])
  func values(_ text: String, _ int: Int?, _ double: Double) throws {
    let number = try #require(JSONNumber(text))
    #expect(number.int == int)
    #expect(number.double == double)
    #expect(number.text == text)
    #expect(number.isInteger == !text.contains { ".eE".contains($0) })
    let document = try Document(text)
    #expect(document.integer(document.root) == int)
    #expect(document.tree(document.root) == .number(number))
  }

  @Test(
    "what is no number makes none",
    arguments: ["", "-", "01", "1 ", " 1", "1,", "true", "\"1\"", "NaN", "Infinity", "1x", "[1]"])
  func rejected(_ text: String) {
    #expect(JSONNumber(text) == nil)
  }

  @Test("Python's words are numbers in its dialect, and no integers")
  func nonFinite() throws {
    let nan = try #require(JSONNumber("NaN", dialect: .python))
    #expect(nan.double?.isNaN == true)
    #expect(!nan.isInteger)
    #expect(JSONNumber("-Infinity", dialect: .python)?.double == -.infinity)
    #expect(JSONNumber("Infinity", dialect: .python)?.int == nil)
    let value = try JSONValue(parsing: "[NaN,-Infinity]", dialect: .python)
    #expect(value.description == "[NaN,-Infinity]")
  }

  @Test("a number that a double holds as it is written is told from one that it rounds")
  func heldByDouble() {
    let held = ["0", "-0", "0e999", "1", "-17", "0.1", "1.10", "1e20", "1E+20", "100e-2", "9007199254740992", "9007199254740994", "5e-324", "0.30000000000000004", "1e308"]
    let rounded = ["9007199254740993", "1e400", "-1e400", "1e-400", "1e99999999999999999999", "0.10000000000000000001", "123456789012345678901234567890", "1234567890123456789"]
    for text in held { #expect(JSONNumber(text)?.isHeldByDouble == true, "\(text)") }
    for text in rounded { #expect(JSONNumber(text)?.isHeldByDouble == false, "\(text)") }
    #expect(JSONNumber("NaN", dialect: .python)?.isHeldByDouble == false)
  }

  @Test(
    "doubles are written so that they read back",
    arguments: [0.1, 1, -2.5, 1e300, .leastNonzeroMagnitude, 1.7976931348623157e308, 123456789.125, 1e16])
  func doubles(_ value: Double) throws {
    let number = try #require(JSONNumber(value))
    #expect(JSONNumber(number.text)?.double == value)
    #expect(JSONNumber(Double.nan) == nil)
    #expect(JSONNumber(-Double.infinity) == nil)
  }
}
