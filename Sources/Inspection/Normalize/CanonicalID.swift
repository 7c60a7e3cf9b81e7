// SPDX-License-Identifier: Apache-2.0
import JSON

/// The id that K2 was trained on: `functions.{name}:{idx}`, `idx` counting the calls of the conversation from 0
/// (reference 1.1). Text here is what stands between a JSON string's quotes, without escapes unless said otherwise.
enum CanonicalID {
  /// An `idx` this large is no count of calls, and room is left to go on counting.
  static let indexLimit = 1_000_000
  private static let prefix = Array("functions.".utf8)
  private static let flattenedPrefix = Array("functions_".utf8)

  /// The `idx` of `id` if it is exactly `functions.{name}:{idx}`, in decimal without leading zeros.
  static func index(of id: borrowing Span<UInt8>, name: borrowing Span<UInt8>) -> Int? {
    let afterName = prefix.count &+ name.count
    guard id.count > afterName &+ 1, id.hasPrefix(prefix.span), id[afterName] == colon,
      id.extracting(prefix.count..<afterName).isEqual(to: name)
    else { return nil }
    return decimal(id.extracting((afterName &+ 1)..<id.count))
  }

  /// The `idx` of `id` if it is `functions.{name}:{idx}`, whatever the name.
  static func index(of id: borrowing Span<UInt8>) -> Int? {
    guard id.hasPrefix(prefix.span), let name = name(in: id) else { return nil }
    return decimal(id.extracting((name.upperBound &+ 1)..<id.count))
  }

  /// Where in `id` the name of the tool is, when it has one of the shapes `functions.{name}:{n}`, `{name}:{n}` and
  /// `functions_{name}_{n}`, which clients and vendors make of the canonical one.
  static func name(in id: borrowing Span<UInt8>) -> Range<Int>? {
    var digits = id.count
    while digits > 0, id[digits &- 1].isDigit { digits &-= 1 }
    guard digits < id.count, digits > 0 else { return nil }
    let separator = digits &- 1
    let start: Int
    switch id[separator] {
    case colon: start = id.hasPrefix(prefix.span) ? prefix.count : 0
    case underscore where id.hasPrefix(flattenedPrefix.span): start = flattenedPrefix.count
    default: return nil
    }
    return start < separator && !id.extracting(start..<separator).isBlank ? start..<separator : nil
  }

  /// Where in `name` the tool's is: all of it, or what stands behind the model's own prefix, and before a count where one is (R30).
  static func bareName(in name: borrowing Span<UInt8>) -> Range<Int> {
    let rest = behindPrefix(name)
    guard rest.lowerBound > 0, !name.extracting(rest).isBlank else { return 0..<name.count }
    return self.name(in: name) ?? rest
  }

  /// What stands behind the model's own prefix, or all of it.
  static func behindPrefix(_ name: borrowing Span<UInt8>) -> Range<Int> {
    (name.hasPrefix(prefix.span) ? prefix.count : 0)..<name.count
  }

  /// Whether an id is `functions.{name}:{n}`, or what was made of one so that it names no call (`_` behind it).
  static func isModelsOwn(_ id: borrowing Span<UInt8>) -> Bool {
    var end = id.count
    while end > 0, id[end &- 1] == underscore { end &-= 1 }
    return id.hasPrefix(prefix.span) && name(in: id.extracting(0..<end)) != nil
  }

  /// The id as JSON, quotes included. `rawName` is JSON text already, escapes and all.
  static func json(rawName: borrowing Span<UInt8>, index: Int) -> [UInt8] {
    var json: [UInt8] = []
    json.reserveCapacity(prefix.count &+ rawName.count &+ 9)
    json.append(quote)
    json.append(contentsOf: prefix)
    json.append(rawName)
    json.append(colon)
    json.append(contentsOf: String(index).utf8)
    json.append(quote)
    return json
  }

  private static func decimal(_ digits: borrowing Span<UInt8>) -> Int? {
    guard digits.count <= 6, digits[0] != zero || digits.count == 1 else { return nil }
    var value = 0
    for index in digits.indices {
      guard digits[index].isDigit else { return nil }
      value = value &* 10 &+ Int(digits[index] &- zero)
    }
    return value < indexLimit ? value : nil
  }
}

private let quote: UInt8 = 0x22
private let zero: UInt8 = 0x30
private let colon: UInt8 = 0x3A
private let underscore: UInt8 = 0x5F
