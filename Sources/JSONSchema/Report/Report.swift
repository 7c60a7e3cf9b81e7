// SPDX-License-Identifier: Apache-2.0

extension Evaluator {
  /// Bytes of all texts of a list of violations, for each that was asked for and at the least.
  private static let textLimit = (each: 512, least: 64 << 10)

  /// What was recorded, the first always. From the limit on the rest is counted among what was not.
  ///
  /// - Parameter inWords: false leaves out what only people read.
  mutating func violations(_ program: Program, root: String = "schema", inWords: Bool = true) -> [Violation] {
    let limit = max(Self.textLimit.least, recordLimit * Self.textLimit.each)
    let places = recorded.count > 4 ? RowPlaces(document) : nil
    var paths: [Int: String] = [:]
    var told: [Violation] = []
    var bytes = 0
    for failure in recorded {
      guard bytes < limit else { break }
      let next = violation(failure, program, root: root, places, inWords: inWords, &paths)
      bytes += next.textBytes
      told.append(next)
    }
    unrecorded &+= recorded.count - told.count
    return told
  }

  /// What failed, for a reader. `root` is what the whole instance is called.
  func violation(_ failure: Failure, _ program: Program, root: String) -> Violation {
    var paths: [Int: String] = [:]
    return violation(failure, program, root: root, nil, inWords: true, &paths)
  }

  /// - Parameter paths: those in the schema that were told before, by row.
  private func violation(
    _ failure: Failure, _ program: Program, root: String, _ places: RowPlaces?, inWords: Bool, _ paths: inout [Int: String]
  ) -> Violation {
    var node = Int(failure.node)
    // Too much of an object or array: the member or element itself is what is wrong.
    if failure.detail == .additional { node = Int(failure.extra) }
    let row = document.nodes[node]
    let place = schemaRow(failure, program)
    let schemaPath = paths[place.row] ?? program.schemaPath(place.row)
    paths[place.row] = schemaPath
    var violation = Violation(
      instancePath: document.pointer(to: node, from: 0, places), range: Int(row.start)..<Int(row.end),
      schemaPath: schemaPath, keyword: place.keyword, got: "", want: "", message: "")
    guard inWords else { return violation }
    let words = describe(failure, program)
    let path = document.path(to: Int(failure.node), root: root, places)
    (violation.got, violation.want) = (words.got, words.want)
    violation.message = "`\(path)`: " + (words.sentence ?? "got \(words.got), want \(words.want)")
    return violation
  }

  /// The row in the schema of the keyword that failed, and its name.
  func schemaRow(_ failure: Failure, _ program: Program) -> (row: Int, keyword: String) {
    let schema = program.schemas[Int(failure.schema)]
    guard failure.operation >= 0 else { return (Int(schema.typeRow), "type") }
    let operation = program.operations[Int(failure.operation)]
    if operation.code == .object {
      let rule = program.objects[Int(operation.a)]
      return failure.detail == .missing
        ? (Int(rule.requiredRow), "required") : (Int(rule.additionalRow), "additionalProperties")
    }
    return (Int(operation.row), operation.code == .never ? "false" : program.keyword(at: Int(operation.row)))
  }
}

extension Program {
  /// Where a row of the schema is: a pointer, behind the document's address when it is not the schema itself.
  func schemaPath(_ row: Int) -> String {
    guard row >= 0 else { return "" }
    let document = documents.last { Int($0.row) <= row } ?? (0, "")
    return document.uri + (document.uri.isEmpty ? "" : "#") + source.pointer(to: row, from: Int(document.row), places)
  }

  /// The keyword whose value, or part of it, is at a row.
  func keyword(at row: Int) -> String {
    let document = documents.last { Int($0.row) <= row } ?? (0, "")
    for step in source.steps(to: row, from: Int(document.row), places).reversed() {
      guard case .member(let key) = step else { continue }
      let name = source.shortString(key)
      if Keyword.names.contains(name) { return name }
    }
    return ""
  }
}

extension Keyword {
  static let names = Set(allCases.map { "\($0.info.name)" })
}

extension Document {
  /// The way to a value as a developer writes it: `arguments.queries[2]`; cut as pointers are.
  func path(to row: Int, root: String, _ places: RowPlaces? = nil) -> String {
    joined(steps(to: row, from: 0, places), to: root) { step, path in
      switch step {
      case .element(let index): path += "[\(index)]"
      case .member(let key):
        let name = shortString(key, limit: Violation.pathLimit)
        let isPlain = !name.isEmpty && name.utf8.allSatisfy { HostGrammar.isAlphanumeric($0) || $0 == 0x5F || $0 == 0x2D }
        path += isPlain ? "." : "[\""
        path += name
        if !isPlain { path += "\"]" }
      }
    }
  }

  /// A value in a few words: `number 5`, `string "abc"`, `array of 3`.
  func summary(_ node: Int) -> String {
    switch kind(node) {
    case .object: return nodes[node].count == 0 ? "an empty object" : "object"
    case .array: return "array of \(nodes[node].count)"
    case .null: return "null"
    case .true, .false, .number, .string: return kind(node).name + " " + excerpt(node)
    }
  }

  /// A value's text, shortened.
  func excerpt(_ node: Int, limit: Int = 40) -> String {
    // A character takes four bytes at most: what is shown, and one more.
    let text = String(decoding: source(node).prefix(4 * limit + 4), as: UTF8.self)
    let head = text.unicodeScalars.prefix(limit)
    guard head.count < text.unicodeScalars.count else { return text }
    return String(String.UnicodeScalarView(head)) + "…"
  }
}

extension Kind {
  /// The name in a message.
  var name: String {
    switch self {
    case .object: "object"
    case .array: "array"
    case .string: "string"
    case .number: "number"
    case .true, .false: "boolean"
    case .null: "null"
    }
  }
}
