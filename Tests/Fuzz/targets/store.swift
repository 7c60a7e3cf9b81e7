// SPDX-License-Identifier: Apache-2.0
import Fidelity
import JSON
@testable import Store

// A byte that says what the rest is in a damaged store: it is read or refused, and what is read is written as it was.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
  let input = unsafe Array(UnsafeBufferPointer(start: data, count: size))
  let bytes = Array(input.dropFirst())
  switch (input.first ?? 0) % 7 {
  case 0:
    var record = Fuzz.record
    guard let messages = try? PackedDetails.decode(bytes, into: &record) else { return 0 }
    let packed = PackedDetails.encode(record, messages)
    var again = Fuzz.record
    guard let others = try? PackedDetails.decode(packed, into: &again) else { fatalError("what is written can be read") }
    demand(PackedDetails.encode(again, others) == packed, "and is the same")
  case 1:
    guard let recipe = try? Recipe(decoding: bytes) else { return 0 }
    demand(recipe.chunks.count <= recipe.bytes, "every chunk has a byte")
    demand((try? Recipe(decoding: recipe.encoded())) == recipe, "what is written is the same")
  case 2:
    guard let edits = try? EditList.decode(bytes) else { return 0 }
    demand((try? EditList.decode(EditList.encode(edits).bytes)) == edits, "what is written is the same")
  case 3:
    var body: [UInt8] = []
    try? Unpacker.unpack(bytes, into: &body)
    demand(body.count <= max(bytes.count, BodyCut.largest), "no chunk is larger")
  case 4:
    let headers = HeaderBlock.decode(bytes)
    demand(HeaderBlock.decode(HeaderBlock.encode(headers)).count == headers.count, "as many fields")
  case 5:
    for isSearchable in [false, true] {
      guard let packed = try? Packer().pack(bytes.span, searchable: isSearchable) else { return 0 }
      var body: [UInt8] = []
      try? Unpacker.unpack(packed, into: &body)
      demand(body == bytes, "what is packed is unpacked")
    }
    for cut in [BodyCut.alone, .shared(boundaries: []), .shared(boundaries: [bytes.count / 3, bytes.count / 2])] {
      let ends = cut.ends(of: bytes.span)
      demand(ends.last ?? 0 == bytes.count && zip(ends, ends.dropFirst()).allSatisfy { $0 < $1 }, "all of it, in order")
    }
  default:
    guard let value = try? JSONValue(parsing: bytes), let side = Side(json: value) else { return 0 }
    demand(Side(json: side.json) == side, "what is written is the same")
  }
  return 0
}

enum Fuzz {
  static let record = StoredExchange(id: "01ARZ3NDEKTSV4RRFFQ69G5FAV", startedAt: 1_790_000_000_000)
}
