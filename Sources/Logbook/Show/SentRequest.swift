// SPDX-License-Identifier: Apache-2.0
import JSON
package import Store

extension StoredExchange {
  /// What went to the vendor in an attempt, counted from 0: the body that was kept for it, else the client's request with the
  /// edits made. nil where no request was kept.
  package func sentRequest(attempt: Int = 0) -> StoredMessage? {
    if attempts.indices.contains(attempt), let sent = attempts[attempt].request { return sent }
    guard var message = request else { return nil }
    if message.omittedBytes == 0 { message.body = Self.applying(edits, to: message.body) }
    return message
  }

  /// One edit after the other, as a pointer may lead into what an edit before it made. Other bytes stay as they are; an edit
  /// whose place is not there is passed over.
  static func applying(_ edits: [StoredEdit], to body: [UInt8]) -> [UInt8] {
    var body = body
    var index = JSONIndex()
    for edit in edits {
      guard (try? index.read(body.span)) != nil, let pointer = try? JSONPointer(edit.pointer), let key = pointer.tokens.last,
        let parent = index.node(at: JSONPointer(tokens: Array(pointer.tokens.dropLast())), of: body.span)
      else { continue }
      let after = edit.after.isEmpty ? nil : json(edit.after)
      let change: JSONEdit?
      switch (index.node(at: pointer, of: body.span), after) {
      case (let node?, let after?): change = index.replacing(node, with: after)
      case (nil, let after?): change = index.kind(parent) == .object ? index.inserting(key.utf8, after, into: parent) : nil
      case (_?, nil): change = removal(of: key.utf8, from: parent, index, body)
      case (nil, nil): change = nil
      }
      if let change { body = JSONEdit.apply([change], to: body.span) }
    }
    return body
  }

  /// What redaction left of a value is no JSON.
  private static func json(_ text: String) -> [UInt8] {
    (try? JSONValue(parsing: text)) == nil ? JSONWriter.bytes(of: JSONValue(text)) : Array(text.utf8)
  }

  /// A member goes with the comma before it; the first with the one behind it.
  private static func removal(of name: [UInt8], from object: JSONIndex.Node, _ index: JSONIndex, _ body: [UInt8]) -> JSONEdit? {
    let members = Array(index.members(object))
    guard let place = members.lastIndex(where: { index.equals($0.key, name, in: body.span) }) else { return nil }
    let range =
      if place > 0 {
        index.range(members[place - 1].value).upperBound..<index.range(members[place].value).upperBound
      } else if members.count > 1 {
        index.range(members[0].key).lowerBound..<index.range(members[1].key).lowerBound
      } else {
        index.range(members[0].key).lowerBound..<index.range(members[0].value).upperBound
      }
    return JSONEdit(range: range, replacement: [])
  }
}
