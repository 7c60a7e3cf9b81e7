// SPDX-License-Identifier: Apache-2.0
import JSON

/// Ids for calls at the end of a conversation, in the form that the model knows and unlike any in the history.
func newIDs(
  for calls: [FailedCall], _ request: ChatRequest, _ generation: Generation, _ bytes: borrowing Span<UInt8>
) -> [[UInt8]] {
  var taken: Set<[UInt8]> = []
  for call in request.calls {
    if let id = call.id.flatMap({ request.index.decodedID($0, of: bytes) }) { taken.insert(id) }
  }
  // K2 counts over the whole conversation, and whoever normalizes after this must find nothing to change.
  var number = 0
  var orphans: Set<Int> = []
  if generation == .k2 {
    var normalizer = IDNormalizer(generation: .k2)
    normalizer.run(request, bytes)
    (number, orphans) = (normalizer.counter, normalizer.orphans)
  }
  var ids: [[UInt8]] = []
  for call in calls {
    let name = call.name.span.isBlank ? Array("call".utf8) : call.name
    var id: [UInt8]
    repeat {
      while orphans.contains(number) { number += 1 }
      id = generation == .k2 ? Array("functions.".utf8) + name + Array(":\(number)".utf8) : name + Array("_\(number)".utf8)
      number += 1
    } while !taken.insert(id).inserted
    ids.append(id)
  }
  return ids
}
