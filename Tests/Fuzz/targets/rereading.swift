// SPDX-License-Identifier: Apache-2.0
import Inspection
import JSON

// Two documents, with a line feed between them: the second, read after the first, is what it is when it is read alone.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
  let bytes = unsafe Array(UnsafeBufferPointer(start: data, count: size))
  guard let end = bytes.firstIndex(of: 0x0A) else { return 0 }
  let (first, second) = (Array(bytes[..<end]), Array(bytes[(end + 1)...]))
  var index = JSONIndex()
  guard (try? index.read(first.span)) != nil else { return 0 }
  var alone = JSONIndex()
  let expected = Result { () throws(JSONError) in try alone.read(second.span) }
  let known = Result { () throws(JSONError) -> JSONIndex.Known in try index.read(second.span, after: first.span) }
  switch (expected, known) {
  case (.success, .success): precondition(isSame(index, alone), "the same values at the same places")
  case (.failure(let one), .failure(let other)): precondition(one == other && index.nodeCount == 0, "the same error")
  default: preconditionFailure("read one way and not the other")
  }
  var request = ChatRequest()
  guard (try? request.read(first.span)) != nil else { return 0 }
  let again = Result { () throws(ChatRequestError) -> Int in try request.read(second.span, after: first.span) }
  guard case .success = again, let fresh = try? ChatRequest(reading: second.span) else { return 0 }
  precondition(request.messages == fresh.messages && request.calls == fresh.calls && request.tools == fresh.tools)
  precondition(request.messagesWithTools == fresh.messagesWithTools && request.model == fresh.model && request.toolChoice == fresh.toolChoice)
  return 0
}

private func isSame(_ one: JSONIndex, _ other: JSONIndex) -> Bool {
  var pairs = [(one.root, other.root)]
  while let (mine, theirs) = pairs.popLast() {
    guard one.kind(mine) == other.kind(theirs), one.range(mine) == other.range(theirs), one.count(mine) == other.count(theirs),
      one.hasEscapes(mine) == other.hasEscapes(theirs)
    else { return false }
    pairs += zip(one.elements(mine), other.elements(theirs))
    for (left, right) in zip(one.members(mine), other.members(theirs)) { pairs += [(left.key, right.key), (left.value, right.value)] }
  }
  return one.nodeCount == other.nodeCount
}
