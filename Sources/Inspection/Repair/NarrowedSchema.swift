// SPDX-License-Identifier: Apache-2.0
import JSON
import JSONSchema

/// A schema with its text, so that it can be looked up and narrowed.
struct ReadSchema: Sendable {
  let schema: Schema
  let text: [UInt8]
  private let index: JSONIndex

  init?(_ schema: Schema, text: [UInt8]) {
    var index = JSONIndex()
    guard (try? index.read(text.span)) != nil else { return nil }
    self.schema = schema
    self.text = text
    self.index = index
  }

  /// The types that a `type`, `enum` or `const` at this place takes; all of them where it cannot be told.
  func types(at schemaPath: String, keyword: String) -> Set<String> {
    guard let node = node(at: schemaPath) else { return Self.allTypes }
    switch keyword {
    case "type":
      if let type = index.string(node, of: text.span) { return [type] }
      return Set(index.elements(node).compactMap { index.string($0, of: text.span) })
    case "enum": return Set(index.elements(node).map { typeName($0) })
    case "const": return [typeName(node)]
    default: return Self.allTypes
    }
  }

  private func typeName(_ node: JSONIndex.Node) -> String {
    switch index.kind(node) {
    case .true, .false: "boolean"
    case .number: "number"
    case .string: "string"
    case .array: "array"
    case .object: "object"
    case .null: "null"
    }
  }

  /// How many alternatives the keyword at this place has; 0 where it cannot be told.
  func branchCount(at schemaPath: String) -> Int { node(at: schemaPath).map { index.count($0) } ?? 0 }

  /// The same schema, demanding one of the alternatives at this place as `allOf` would: so its own keywords say what is wrong.
  func narrowed(at schemaPath: String, to branch: Int) -> ReadSchema? {
    guard let choice = node(at: schemaPath), let branch = index.element(branch, of: choice),
      var pointer = try? JSONPointer(schemaPath), pointer.tokens.popLast() != nil,
      let parent = index.node(at: pointer, of: text.span), index.kind(parent) == .object
    else { return nil }
    let only = Array(text[index.range(branch)])
    // An empty schema, since Draft 4 has no `true`.
    var edits = [index.replacing(choice, with: Array("[{}]".utf8))]
    if let all = index.value("allOf", in: parent, of: text.span), index.kind(all) == .array {
      let end = index.range(all).upperBound - 1
      edits.append(JSONEdit(range: end..<end, replacement: (index.count(all) > 0 ? [UInt8(ascii: ",")] : []) + only))
    } else {
      edits.append(index.inserting(Array("allOf".utf8), [UInt8(ascii: "[")] + only + [UInt8(ascii: "]")], into: parent))
    }
    edits.sort { $0.range.lowerBound < $1.range.lowerBound }
    let narrowed = JSONEdit.apply(edits, to: text.span)
    return (try? Schema(narrowed)).flatMap { ReadSchema($0, text: narrowed) }
  }

  private func node(at schemaPath: String) -> JSONIndex.Node? {
    // Only into the schema itself, not into a document of its own address.
    guard schemaPath.hasPrefix("/"), let pointer = try? JSONPointer(schemaPath) else { return nil }
    return index.node(at: pointer, of: text.span)
  }

  private static let allTypes: Set<String> = ["string", "number", "integer", "boolean", "array", "object", "null"]
}
