// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDB
import Store
import Testing

@Suite struct SharingTests {
  /// Compressed bytes of all chunks.
  private func packed(_ path: String) async throws -> Int {
    let database = try DatabaseQueue(path: path)
    return try await database.read { try Int.fetchOne($0, sql: "SELECT sum(length(data)) FROM chunk_data") ?? 0 }
  }

  private static func word(_ random: inout some RandomNumberGenerator) -> String {
    String((0..<Int.random(in: 3...9, using: &random)).map { _ in Character(UnicodeScalar(UInt8.random(in: 97...122, using: &random))) })
  }

  /// Each turn sends all messages before it again, as agents do: 40 requests.
  private static func conversation(_ random: inout SeededGenerator) -> [StoredMessage] {
    let words = (0..<2000).map { _ in word(&random) }
    func text(_ count: Int) -> String { (0..<count).map { _ in words.randomElement(using: &random) ?? "" }.joined(separator: " ") }
    let tools = "\"tools\":[" + (0..<12).map { "{\"type\":\"function\",\"function\":{\"name\":\"t\($0)\",\"description\":\"\(text(60))\"}}" }.joined(separator: ",") + "]"
    var messages = ["{\"role\":\"system\",\"content\":\"\(text(400))\"}"]
    return (0..<40).map { turn in
      messages.append("{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"functions.t:\(turn)\",\"function\":{\"name\":\"t\",\"arguments\":\"\(text(20))\"}}]}")
      messages.append("{\"role\":\"tool\",\"tool_call_id\":\"functions.t:\(turn)\",\"content\":\"\(text(Int.random(in: 20...600, using: &random)))\"}")
      var body = Array("{\"model\":\"kimi-k2\",\"messages\":[".utf8)
      var boundaries: [Int] = []
      for (number, message) in messages.enumerated() {
        if number > 0 { body.append(UInt8(ascii: ",")) }
        boundaries.append(body.count)
        body += Array(message.utf8)
      }
      boundaries.append(body.count)
      return StoredMessage(body: body + Array("],\(tools),\"stream\":true}".utf8), boundaries: boundaries)
    }
  }

  @Test(arguments: [true, false])
  func aConversationOfFortyTurnsIsStoredAboutOnce(_ knowsBoundaries: Bool) async throws {
    var random = SeededGenerator()
    // Of one conversation alone, where cuts fall by chance moves the sum by half.
    let requests = (0..<6).flatMap { _ in Self.conversation(&random) }
      .map { StoredMessage(body: $0.body, boundaries: knowsBoundaries ? $0.boundaries : []) }
    let exchanges = requests.enumerated().map { number, request in Sample.exchange(number) { $0.request = request } }
    try await withStore(exchanges) { reader, _, folder in
      let whole = requests.reduce(0) { $0 + $1.body.count }
      let packed = try await packed(folder.store)
      print("six times 40 turns, boundaries \(knowsBoundaries): \(whole) bytes sent, stored \(packed): 1/\(whole / packed)")
      #expect(packed < whole / (knowsBoundaries ? 15 : 8))
      for (number, request) in requests.enumerated() {
        guard case .found(let kept) = try await reader.exchange(id: Sample.exchange(number).id) else { return #expect(Bool(false)) }
        #expect(kept.request?.body == request.body)
      }
    }
  }

  private static let recorded = (ProcessInfo.processInfo.environment["BELAY_SHARED_DATA"] ?? FileManager.default.currentDirectoryPath + "/../shared/data") + "/k2vv/requests.jsonl"

  @Test(.enabled(if: FileManager.default.fileExists(atPath: recorded), "k2vv/requests.jsonl is not here"))
  func realRequestsComeBackByteForByteAndRepeatedOnesAreStoredOnce() async throws {
    let bodies = try Data(contentsOf: URL(fileURLWithPath: Self.recorded)).split(separator: 10).map { Array($0) }
    let exchanges = bodies.enumerated().map { number, body in Sample.exchange(number) { $0.request = StoredMessage(body: body) } }
    try await withStore(exchanges) { reader, _, folder in
      let whole = bodies.reduce(0) { $0 + $1.count }
      let packed = try await packed(folder.store)
      print("\(bodies.count) K2VV requests, \(Set(bodies).count) of them different: \(whole) bytes, stored \(packed): 1/\(Double(whole) / Double(packed))")
      #expect(packed < Set(bodies).reduce(0) { $0 + $1.count } * 3 / 4)
      for (number, body) in bodies.enumerated() {
        guard case .found(let kept) = try await reader.exchange(id: Sample.exchange(number).id) else { return #expect(Bool(false)) }
        #expect(kept.request?.body == body)
      }
    }
  }

  @Test func cutsCoverTheBodyWhateverTheBoundaries() {
    var random = SeededGenerator()
    for _ in 0..<300 {
      let body = (0..<Int.random(in: 0...200_000, using: &random)).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 3) }
      let boundaries = (0..<Int.random(in: 0...20, using: &random)).map { _ in Int.random(in: -5...body.count + 5, using: &random) }.sorted()
      let ends = BodyCut.shared(boundaries: boundaries).ends(of: body.span)
      #expect(ends.last ?? 0 == body.count)
      #expect(zip([0] + ends, ends).allSatisfy { $0 < $1 && $1 - $0 <= BodyCut.largest })
    }
  }

  @Test func bodiesThatLookAlikeAreToldApart() async throws {
    var random = SeededGenerator()
    let body = (0..<5000).map { _ in UInt8.random(in: 97...122, using: &random) }
    // One byte differs, in places that a quick look at length and samples does not see.
    let bodies = (0..<200).map { _ in
      var other = body
      other[Int.random(in: 0..<other.count, using: &random)] = UInt8(ascii: "#")
      return other
    }
    let exchanges = (bodies + bodies).enumerated().map { number, body in
      Sample.exchange(number) { $0.attempts[0].response = StoredMessage(body: body) }
    }
    try await withStore(exchanges) { reader, _, _ in
      for (number, body) in (bodies + bodies).enumerated() {
        guard case .found(let kept) = try await reader.exchange(id: Sample.exchange(number).id) else { return #expect(Bool(false)) }
        #expect(kept.attempts[0].response?.body == body)
      }
    }
  }

  @Test func longAnswersAreCutBetweenWordsAndComeBack() {
    var random = SeededGenerator()
    for count in [1, BodyCut.largest, BodyCut.largest + 1, 3 * BodyCut.largest + 77] {
      let body = (0..<count).map { _ in UInt8.random(in: 0..<8, using: &random) == 0 ? 0x20 : UInt8(ascii: "a") }
      let ends = BodyCut.alone.ends(of: body.span)
      #expect(ends.last == count)
      #expect(zip([0] + ends, ends).allSatisfy { $0 < $1 && $1 - $0 <= BodyCut.largest })
      #expect(ends.dropLast().allSatisfy { body[$0] == 0x20 || !body[$0 - 64..<$0].contains(0x20) })
    }
  }
}
