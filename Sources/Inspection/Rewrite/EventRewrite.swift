// SPDX-License-Identifier: Apache-2.0
import JSON

/// Rewrites single events of a stream: what a mended or a second answer needs so that the client sees one well-formed stream.
/// Everything that is not named here stays as the vendor wrote it.
package struct EventRewrite: Sendable {
  /// What leaves an event's deltas.
  package struct Drops: OptionSet, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }
    package static let role = Drops(rawValue: 1 << 0)
    package static let text = Drops(rawValue: 1 << 1)
    package static let reasoning = Drops(rawValue: 1 << 2)
    package static let calls = Drops(rawValue: 1 << 3)
    package static let finish = Drops(rawValue: 1 << 4)
    package static let usage = Drops(rawValue: 1 << 5)
    /// All that a choice says, but for its finish reason.
    package static let delta = Drops(rawValue: 1 << 6)
  }

  /// Identity of the stream that the client already sees: its id, model and time replace the event's own.
  package var head: ChunkHead?
  package var drops: Drops = []
  /// Finish reasons by choice, in place of the vendor's.
  package var finish: [Int: String] = [:]
  package var usage: UsageMark?
  /// How many more bytes of text, and of reasoning, pass, by choice; nil: all.
  package var textLeft: [Int: Int] = [:]
  package var reasoningLeft: [Int: Int] = [:]

  private var index = JSONIndex()

  package init() {}

  /// The event's data rewritten, as a whole event with its blank line: empty if nothing is left of it, nil if nothing about it
  /// changes.
  package mutating func apply(to data: borrowing Span<UInt8>) -> [UInt8]? {
    guard (try? index.read(data)) != nil, index.kind(index.root) == .object else { return nil }
    var edits = MemberEdits()
    var says = false
    if let head {
      for (key, json) in head.members {
        if let node = index.value(key, in: index.root, of: data) { edits.replace(node, with: json, of: index) }
      }
    }
    let choices = index.value("choices", in: index.root, of: data).map { Array(index.elements($0)) } ?? []
    for (position, choice) in choices.enumerated() {
      says = rewrite(choice, at: position, &edits, data) || says
    }
    says = rewriteUsage(in: index.root, &edits, data) || says
    let isAnswer = !choices.isEmpty
    if isAnswer && !says { return [] }
    return edits.isEmpty ? nil : Self.event(edits.apply(to: data))
  }

  /// One choice of an event. Returns whether it still says something.
  private mutating func rewrite(
    _ choice: JSONIndex.Node, at position: Int, _ edits: inout MemberEdits, _ data: borrowing Span<UInt8>
  ) -> Bool {
    let number = index.value("index", in: choice, of: data).flatMap { index.integer($0, of: data) } ?? position
    var says = false
    if let delta = index.value("delta", in: choice, of: data), index.kind(delta) == .object {
      says = rewriteDelta(delta, of: number, &edits, data)
    }
    if let node = index.value("finish_reason", in: choice, of: data), index.kind(node) == .string {
      if drops.contains(.finish) {
        edits.replace(node, with: Array("null".utf8), of: index)
      } else {
        says = true
        if let reason = finish[number] {
          edits.replace(node, with: JSONWriter.string(Array(reason.utf8)), of: index)
        }
      }
    }
    if drops.contains(.delta), let node = index.value("logprobs", in: choice, of: data) {
      edits.replace(node, with: Array("null".utf8), of: index)
    }
    return rewriteUsage(in: choice, &edits, data) || says
  }

  /// Returns whether there is any.
  private func rewriteUsage(in object: JSONIndex.Node, _ edits: inout MemberEdits, _ data: borrowing Span<UInt8>) -> Bool {
    guard let node = index.value("usage", in: object, of: data), index.kind(node) == .object else { return false }
    if drops.contains(.usage) {
      edits.replace(node, with: Array("null".utf8), of: index)
      return false
    }
    usage?.edit(node, &edits, of: index, data)
    return true
  }

  private mutating func rewriteDelta(
    _ delta: JSONIndex.Node, of choice: Int, _ edits: inout MemberEdits, _ data: borrowing Span<UInt8>
  ) -> Bool {
    if drops.contains(.delta) { return edits.rebuild(delta, of: index, data) { _ in .drop } }
    var members: [JSONIndex.Node: MemberEdits.Member] = [:]
    // What is thought may stand under two keys: each has the room that there was before.
    let room = reasoningLeft[choice]
    for (key, value) in index.members(delta) {
      switch DeltaMember(key, index, data) {
      case .role where drops.contains(.role): members[key] = .drop
      case .calls where drops.contains(.calls): members[key] = .drop
      case .text: members[key] = drops.contains(.text) ? .drop : limited(value, to: &textLeft[choice], data)
      case .reasoning:
        var left = room
        members[key] = drops.contains(.reasoning) ? .drop : limited(value, to: &left, data)
        if let left { reasoningLeft[choice] = min(left, reasoningLeft[choice] ?? left) }
      default: break
      }
    }
    return edits.rebuild(delta, of: index, data) { members[$0] ?? .keep }
  }

  /// Lets as much of a text pass as is left.
  private func limited(
    _ value: JSONIndex.Node, to left: inout Int?, _ data: borrowing Span<UInt8>
  ) -> MemberEdits.Member {
    guard let room = left, index.kind(value) == .string else { return .keep }
    var text: [UInt8] = []
    index.decode(value, of: data, into: &text)
    left = max(0, room - text.count)
    if text.count <= room { return .keep }
    return room == 0 ? .drop : .set(JSONWriter.string(Array(text[..<room])))
  }

  /// The bytes of text and of reasoning in the deltas of an event, by choice.
  package mutating func textCounts(of data: borrowing Span<UInt8>) -> [(choice: Int, text: Int, reasoning: Int)] {
    guard (try? index.read(data)) != nil, let choices = index.value("choices", in: index.root, of: data) else { return [] }
    var counts: [(choice: Int, text: Int, reasoning: Int)] = []
    for (position, choice) in index.elements(choices).enumerated() {
      let number = index.value("index", in: choice, of: data).flatMap { index.integer($0, of: data) } ?? position
      guard let delta = index.value("delta", in: choice, of: data) else { continue }
      var (text, reasoning) = (0, 0)
      for (key, value) in index.members(delta) where index.kind(value) == .string {
        var decoded: [UInt8] = []
        index.decode(value, of: data, into: &decoded)
        switch DeltaMember(key, index, data) {
        case .text: text += decoded.count
        case .reasoning: reasoning = max(reasoning, decoded.count)
        default: break
        }
      }
      counts.append((number, text, reasoning))
    }
    return counts
  }

  /// An event of a stream with this JSON as its data.
  package static func event(_ data: [UInt8]) -> [UInt8] {
    // White space between values may be line ends, as in a body or in an event of several `data:` lines, and each would end this
    // line. Within strings there are none but those that only some readers know.
    Array("data: ".utf8) + LineSeparators.escaped(data).map { $0 == 0x0A || $0 == 0x0D ? 0x20 : $0 } + Array("\n\n".utf8)
  }
}

/// What a member of a `delta` is for.
private enum DeltaMember {
  case role, text, reasoning, calls, other

  init(_ key: JSONIndex.Node, _ index: JSONIndex, _ data: borrowing Span<UInt8>) {
    let key = WireKey(key, in: index)
    if key.is("role", index, data) {
      self = .role
    } else if key.is("content", index, data) {
      self = .text
    } else if key.is("tool_calls", index, data) {
      self = .calls
    } else if key.is("reasoning_content", index, data) || key.is("reasoning", index, data)
      || key.is("reasoning_details", index, data)
    {
      self = .reasoning
    } else {
      self = .other
    }
  }
}
