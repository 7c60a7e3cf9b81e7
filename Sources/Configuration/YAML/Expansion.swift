// SPDX-License-Identifier: Apache-2.0

/// A text with `${NAME}` and `${NAME:-default}` replaced from the environment; `$${` stands for `${`. As in a shell,
/// the default also replaces an empty variable. A default goes to the next `}` and is not expanded itself.
struct Expansion {
  /// A part that could not be replaced.
  struct Failure: Equatable {
    /// As written, from `${`.
    let part: String
    /// Where it begins in the text, in scalars.
    let offset: Int
    let message: String
    let advice: String
  }

  private(set) var text = ""
  private(set) var failures: [Failure] = []
  /// Whether there was anything to replace.
  private(set) var hasVariables = false

  init(_ raw: String, environment: [String: String]) {
    var rest = Substring(raw)
    func fail(_ part: Substring, _ message: String, _ advice: String) {
      let offset = raw.unicodeScalars.distance(from: raw.startIndex, to: part.startIndex)
      failures.append(Failure(part: String(part), offset: offset, message: message, advice: advice))
    }
    while let dollar = rest.firstIndex(of: "$") {
      text += rest[..<dollar]
      rest = rest[dollar...]
      if rest.hasPrefix("$${") {
        text += "${"
        rest = rest.dropFirst(3)
      } else if rest.hasPrefix("${") {
        hasVariables = true
        guard let close = rest.firstIndex(of: "}") else {
          fail(rest, "`${` is never closed", Self.forms)
          return
        }
        let part = rest[...close]
        switch Reference(part) {
        // Not quoted: it may be the key itself, or its default.
        case nil: fail(part, "this `${...}` names no variable", Self.forms)
        case let reference?:
          if let value = reference.value(in: environment) {
            text += value
          } else {
            fail(
              part, "the environment variable `\(shownName(reference.name))` is not set",
              "set it, or give a default: ${\(shownName(reference.name)):-value}")
          }
        }
        rest = rest[close...].dropFirst()
      } else {
        text += "$"
        rest = rest.dropFirst()
      }
    }
    text += rest
  }

  private static let forms = "write ${NAME} or ${NAME:-default}; $${ stands for ${ itself"
}

/// What `${...}` says.
private struct Reference {
  let name: String
  let fallback: String?

  /// Nil when it is of neither form.
  init?(_ part: Substring) {
    let inside = part.dropFirst(2).dropLast()
    let name = inside.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
    let rest = inside.dropFirst(name.count)
    guard let first = name.first, !first.isNumber, rest.isEmpty || rest.hasPrefix(":-") else { return nil }
    self.name = String(name)
    fallback = rest.isEmpty ? nil : String(rest.dropFirst(2))
  }

  func value(in environment: [String: String]) -> String? {
    guard let fallback else { return environment[name] }
    return environment[name].flatMap { $0.isEmpty ? nil : $0 } ?? fallback
  }
}
