// SPDX-License-Identifier: Apache-2.0
import Inspection
import Testing

private func hash(_ messages: String) throws -> UInt64 {
  let bytes = body(messages)
  return try ChatRequest(reading: bytes.span).conversationHash(in: bytes.span)
}

@Test("A conversation keeps its hash as it grows, however its text is written")
func conversationKeepsItsHash() throws {
  let system = #"{"role":"system","content":"be brief"}"#
  let one = try hash("\(system),\(user("hé"))")
  #expect(try hash("\(system),\(user("hé")),\(assistant((#""a""#, #""f""#))),\(user("more"))") == one)
  #expect(try hash(#"\#(system),{"content":[{"type":"text","text":"h"},{"text":"\u00e9"}],"role":"user"}"#) == one)
  // The same in every process.
  #expect(try hash(user("hi")) == hash(user("hi")))
  for other in [user("hé"), "\(system),\(user("he"))", "\(user("hé")),\(system)", "\(system),\(system),\(user("hé"))", ""] {
    #expect(try hash(other) != one)
  }
}

@Test("The hash is the same on every machine and in every version", arguments: [
    ("", 0xe363d6d1ecca72b3 as UInt64), ("a", 0x78cb4c756a31ab61), ("a message of more than eight bytes", 0x2fc99b21d703be1f),
  ])
func stableHash(text: String, value: UInt64) throws {
  #expect(try hash(user(text)) == value)
}

@Test("Hashes of conversations that hardly differ are spread evenly", arguments: [2, 10, 64])
func hashSpreads(buckets: Int) throws {
  var counts = Array(repeating: 0, count: buckets)
  for number in 0..<(buckets * 200) { counts[Int(try hash(user("task \(number)")) % UInt64(buckets))] += 1 }
  #expect(counts.allSatisfy { $0 > 130 && $0 < 270 }, "\(counts)")
}
