// SPDX-License-Identifier: Apache-2.0
import JSON

/// The calls of one turn by the names of their functions, for results that no id tells: those of a name in order. With ids, by both.
/// It is read where it is asked for, once for each turn.
struct CallNames {
  private let isWithIDs: Bool
  /// Of each text the first call that may be unanswered; -1 once there is none.
  private var heads: [[UInt8]: Int] = [:]
  /// For each call from `start` on the next one of its text, -1 for none.
  private var links: [Int] = []
  private var start = 0
  private var turn = 0..<0

  init(isWithIDs: Bool) { self.isWithIDs = isWithIDs }

  /// Takes the calls of a turn, and behind them those since `start`, the last ones first.
  mutating func enter(_ turn: Range<Int>, after start: Int, _ request: borrowing ChatRequest, _ bytes: borrowing Span<UInt8>) {
    guard turn != self.turn else { return }
    (self.turn, self.start) = (turn, start)
    heads.removeAll(keepingCapacity: turn.count > 16)
    links = Array(repeating: -1, count: turn.upperBound &- start)
    for call in start..<turn.lowerBound { enter(call, request, bytes) }
    for call in turn.reversed() { enter(call, request, bytes) }
  }

  private mutating func enter(_ call: Int, _ request: borrowing ChatRequest, _ bytes: borrowing Span<UInt8>) {
    guard let key = key(of: request.calls[call], request.index, bytes) else { return }
    links[call &- start] = heads.updateValue(call, forKey: key) ?? -1
  }

  /// Whether a call of the turn has this text, answered or not.
  func contains(_ key: [UInt8]) -> Bool { heads[key] != nil }

  /// The first unanswered call of a text, or the first after another one of it. An answer is never taken back: what is passed over is
  /// passed over for good.
  mutating func next(_ key: [UInt8], after last: Int?, _ marks: ResultPairing.Marks) -> Int? {
    guard let head = heads[key] else { return nil }
    var call = last.map { links[$0 &- start] } ?? head
    while call >= 0, marks.isAnswered(call) { call = links[call &- start] }
    if let last { links[last &- start] = call } else if call != head { heads[key] = call }
    return call >= 0 ? call : nil
  }

  func key(of call: ChatRequest.Call, _ index: JSONIndex, _ bytes: borrowing Span<UInt8>) -> [UInt8]? {
    if isWithIDs { return call.id.flatMap { id in call.name.flatMap { key(id: id, name: $0, index, bytes) } } }
    if let name = call.name, let text = index.functionName(name, in: bytes) { return text }
    // A call without a name may still show it in its id.
    guard let id = call.id.flatMap({ index.decodedID($0, of: bytes) }), let range = CanonicalID.name(in: id.span) else { return nil }
    return Array(id[range])
  }

  func key(id: JSONIndex.Node, name: JSONIndex.Node, _ index: JSONIndex, _ bytes: borrowing Span<UInt8>) -> [UInt8]? {
    guard let id = index.decodedID(id, of: bytes), let name = index.functionName(name, in: bytes) else { return nil }
    // No text has this byte.
    return id + [0xFF] + name
  }
}

extension JSONIndex {
  /// The name that a string says, without the model's own prefix, as some vendors leave it (R30).
  func functionName(_ node: Node, in bytes: borrowing Span<UInt8>) -> [UInt8]? {
    guard kind(node) == .string, !isBlank(node, in: bytes), let text = decodedID(node, of: bytes) else { return nil }
    let bare = CanonicalID.bareName(in: text.span)
    return bare.count == text.count ? text : Array(text[bare])
  }
}
