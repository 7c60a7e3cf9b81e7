// SPDX-License-Identifier: Apache-2.0

/// Cuts an expression into tokens.
struct FilterLexer {
  private let characters: [Character]
  private let expression: String
  private var position = 0

  private static let symbols = ["&&", "||", "==", "!=", "<=", ">=", "!~", "<", ">", "!", "~", "(", ")", ","]

  init(_ expression: String) {
    self.expression = expression
    characters = Array(expression)
  }

  mutating func tokens() throws(FilterError) -> [FilterToken] {
    var tokens: [FilterToken] = []
    while true {
      while position < characters.count, characters[position].isWhitespace { position += 1 }
      let start = position
      let kind = try next()
      tokens.append(FilterToken(kind: kind, start: start))
      if kind == .end { return tokens }
    }
  }

  private mutating func next() throws(FilterError) -> FilterToken.Kind {
    guard position < characters.count else { return .end }
    let character = characters[position]
    if character == "'" || character == "\"" { return .text(try quoted(character)) }
    if character.isASCII, character.isNumber || character == "-" { return try number() }
    if isName(character) {
      let start = position
      while position < characters.count, isName(characters[position]) || characters[position].isNumber { position += 1 }
      return .name(String(characters[start..<position]))
    }
    for symbol in Self.symbols where characters[position...].starts(with: symbol) {
      position += symbol.count
      return .symbol(symbol)
    }
    switch character {
    case "=": throw error("equality is ==")
    case "&": throw error("write && for and")
    case "|": throw error("write || for or")
    default: throw error("\(character) has no meaning here; texts stand in quotes")
    }
  }

  private mutating func quoted(_ quote: Character) throws(FilterError) -> String {
    let start = position
    var text = ""
    position += 1
    while position < characters.count {
      let character = characters[position]
      position += 1
      if character == quote { return text }
      if character == "\\", position < characters.count {
        text.append(characters[position])
        position += 1
      } else {
        text.append(character)
      }
    }
    position = start
    throw error("this text has no closing \(quote)")
  }

  private mutating func number() throws(FilterError) -> FilterToken.Kind {
    let start = position
    position += 1
    while position < characters.count, characters[position].isASCII, characters[position].isNumber || characters[position] == "." || characters[position] == "_" {
      position += 1
    }
    let digits = String(characters[start..<position].filter { $0 != "_" })
    guard let value = Double(digits) else {
      position = start
      throw error("\(digits) is no number")
    }
    let unit = position
    while position < characters.count, isName(characters[position]) || characters[position] == "%" { position += 1 }
    return .number(value, unit: String(characters[unit..<position]).lowercased())
  }

  private func isName(_ character: Character) -> Bool {
    character.isASCII && character.isLetter || character == "_" || character == "."
  }

  private func error(_ message: String) -> FilterError {
    FilterError(expression: expression, column: position + 1, message: message)
  }
}
