// SPDX-License-Identifier: Apache-2.0

extension Evaluator {
  func violations(_ program: Program, root: String = "schema") -> [Violation] {
    guard recorded.count > 4 else { return recorded.map { violation($0, program, root: root) } }
    let places = Places(instance: RowPlaces(document), schema: RowPlaces(program.source))
    return recorded.map { violation($0, program, root: root, places) }
  }

  /// Where the rows of both documents stand, for many violations.
  struct Places {
    var instance: RowPlaces
    var schema: RowPlaces
  }

  /// What failed, for a reader. `root` is what the whole instance is called.
  func violation(_ failure: Failure, _ program: Program, root: String, _ places: Places? = nil) -> Violation {
    var node = Int(failure.node)
    // Too much of an object or array: the member or element itself is what is wrong.
    if failure.detail == .additional { node = Int(failure.extra) }
    let row = document.nodes[node]
    let words = describe(failure, program)
    let path = document.path(to: Int(failure.node), root: root, places?.instance)
    let place = schemaRow(failure, program, places?.schema)
    return Violation(
      instancePath: document.pointer(to: node, from: 0, places?.instance), range: Int(row.start)..<Int(row.end),
      schemaPath: program.schemaPath(place.row, places?.schema), keyword: place.keyword, got: words.got, want: words.want,
      message: "`\(path)`: " + (words.sentence ?? "got \(words.got), want \(words.want)"))
  }

  /// The row in the schema of the keyword that failed, and its name.
  func schemaRow(_ failure: Failure, _ program: Program, _ places: RowPlaces? = nil) -> (row: Int, keyword: String) {
    let schema = program.schemas[Int(failure.schema)]
    guard failure.operation >= 0 else { return (Int(schema.typeRow), "type") }
    let operation = program.operations[Int(failure.operation)]
    if operation.code == .object {
      let rule = program.objects[Int(operation.a)]
      return failure.detail == .missing
        ? (Int(rule.requiredRow), "required") : (Int(rule.additionalRow), "additionalProperties")
    }
    return (Int(operation.row), operation.code == .never ? "false" : program.keyword(at: Int(operation.row), places))
  }
}

extension Program {
  /// Where a row of the schema is: a pointer, behind the document's address when it is not the schema itself.
  func schemaPath(_ row: Int, _ places: RowPlaces? = nil) -> String {
    guard row >= 0 else { return "" }
    let document = documents.last { Int($0.row) <= row } ?? (0, "")
    return document.uri + (document.uri.isEmpty ? "" : "#") + source.pointer(to: row, from: Int(document.row), places)
  }

  /// The keyword whose value, or part of it, is at a row.
  func keyword(at row: Int, _ places: RowPlaces? = nil) -> String {
    let document = documents.last { Int($0.row) <= row } ?? (0, "")
    for step in source.steps(to: row, from: Int(document.row), places).reversed() {
      guard case .member(let key) = step else { continue }
      let name = source.string(key)
      if Keyword.names.contains(name) { return name }
    }
    return ""
  }
}

extension Keyword {
  static let names = Set(allCases.map { "\($0.info.name)" })
}

extension Document {
  /// The way to a value as a developer writes it: `arguments.queries[2]`.
  func path(to row: Int, root: String, _ places: RowPlaces? = nil) -> String {
    steps(to: row, from: 0, places).reduce(root) { path, step in
      switch step {
      case .element(let index): return path + "[\(index)]"
      case .member(let key):
        let name = string(key)
        let isPlain = !name.isEmpty && name.utf8.allSatisfy { HostGrammar.isAlphanumeric($0) || $0 == 0x5F || $0 == 0x2D }
        return path + (isPlain ? "." + name : "[\"" + name + "\"]")
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
    let text = String(decoding: source(node), as: UTF8.self)
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
