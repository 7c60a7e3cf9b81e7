// SPDX-License-Identifier: Apache-2.0
import JSON

/// Bytes and their index, so that an expectation needs no span: the macros cannot pass one on.
struct Document {
  let bytes: [UInt8]
  private(set) var index = JSONIndex()

  init(_ text: String, dialect: JSONDialect = .rfc8259) throws {
    try self.init(bytes: Array(text.utf8), dialect: dialect)
  }

  init(bytes: [UInt8], dialect: JSONDialect = .rfc8259) throws {
    self.bytes = bytes
    try index.read(bytes.span, dialect: dialect)
  }

  var root: JSONIndex.Node { index.root }

  func value(_ key: StaticString, in node: JSONIndex.Node? = nil) -> JSONIndex.Node? {
    index.value(key, in: node ?? root, of: bytes.span)
  }

  func value(key: [UInt8]) -> JSONIndex.Node? { index.value(key, in: root, of: bytes.span) }
  func node(at pointer: JSONPointer) -> JSONIndex.Node? { index.node(at: pointer, of: bytes.span) }
  func string(_ node: JSONIndex.Node) -> String? { index.string(node, of: bytes.span) }
  func integer(_ node: JSONIndex.Node) -> Int? { index.integer(node, of: bytes.span) }
  func equals(_ node: JSONIndex.Node, _ text: StaticString) -> Bool { index.equals(node, text, in: bytes.span) }
  func overridden() -> [Int] { index.overridden(in: root, of: bytes.span) }
  func tree(_ node: JSONIndex.Node) -> JSONValue { index.tree(node, of: bytes.span) }

  func decoded(_ node: JSONIndex.Node) -> [UInt8] {
    var out: [UInt8] = []
    index.decode(node, of: bytes.span, into: &out)
    return out
  }
}
