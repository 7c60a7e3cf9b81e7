// SPDX-License-Identifier: Apache-2.0
import JSON

// N5 of the reference: K3 never shows an id to the model. It only has to be there, and to be one of a kind in its turn.
extension IDNormalizer {
  /// The new id of a call as JSON, or `nil` to leave the one that it has.
  mutating func k3ID(of call: ChatRequest.Call, _ index: JSONIndex, _ bytes: borrowing Span<UInt8>) -> [UInt8]? {
    if turnIDs.keeps(call, index, bytes) { return nil }
    var writer = JSONWriter()
    writer.write(string: turnIDs.mint(for: call, index, bytes))
    return writer.finish()
  }
}

/// The ids of one assistant turn. Those that the turn has come first: none of them is ever made up for another call.
struct TurnIDs {
  private var all: Set<[UInt8]> = []
  private var seen: Set<[UInt8]> = []
  /// Of each name that an id was made of, the first number that may be free: those before it are taken for good.
  private var nextNumber: [[UInt8]: Int] = [:]

  init() {}

  init(_ calls: Range<Int>, of request: ChatRequest, _ bytes: borrowing Span<UInt8>) {
    guard calls.count > 1 else { return }
    for call in calls {
      if let id = request.calls[call].id.flatMap({ request.index.decodedID($0, of: bytes) }) { all.insert(id) }
    }
  }

  /// Whether the call's id is there, and is not that of a call before it in the turn.
  mutating func keeps(_ call: ChatRequest.Call, _ index: JSONIndex, _ bytes: borrowing Span<UInt8>) -> Bool {
    if index.isBlank(call.id, in: bytes) { return false }
    guard let id = call.id.flatMap({ index.decodedID($0, of: bytes) }) else { return false }
    return seen.insert(id).inserted
  }

  /// An id that no call of the turn has, in the shape of K3's own: `{name}_{n}`.
  mutating func mint(for call: ChatRequest.Call, _ index: JSONIndex, _ bytes: borrowing Span<UInt8>) -> [UInt8] {
    let name = call.name.flatMap { index.isBlank($0, in: bytes) ? nil : index.decodedID($0, of: bytes) }
    let head = name ?? Array("call".utf8)
    var number = max(call.position, nextNumber[head] ?? 0)
    while true {
      let id = head + Array("_\(number)".utf8)
      number += 1
      if all.insert(id).inserted {
        nextNumber[head] = number
        seen.insert(id)
        return id
      }
    }
  }
}
