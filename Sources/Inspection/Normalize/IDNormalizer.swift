// SPDX-License-Identifier: Apache-2.0
import JSON

/// Walks a conversation from left to right and gives every call its id, and every result that of its call.
struct IDNormalizer {
  private(set) var normalization = Normalization()
  private let generation: Generation
  /// K2: the `idx` of the next call that needs one.
  var counter = 0
  /// K2: the `idx` of each result that answers no call here: its call had it, before the history was cut.
  private(set) var orphans: Set<Int> = []
  /// K3: the ids of the turn at hand.
  var turnIDs = TurnIDs()
  private var newIDs = NewIDs()
  /// K2: the tools, once the name of a call has been looked for among them.
  var tools: ByteStrings?
  /// For each call so far: which edit gives it a new id, or -1.
  private var editOfCall: [Int] = []

  init(generation: Generation) { self.generation = generation }

  mutating func run(_ request: ChatRequest, _ bytes: borrowing Span<UInt8>) {
    guard !request.calls.isEmpty || request.messages.contains(where: { $0.role == .tool }) else { return }
    let pairing = ResultPairing(of: request, bytes)
    editOfCall.reserveCapacity(request.calls.count)
    for (number, message) in request.messages.enumerated() {
      if !message.calls.isEmpty {
        if generation == .k3 { turnIDs = TurnIDs(message.calls, of: request, bytes) }
        for call in message.calls { nameCall(call, request, bytes) }
      } else if message.role == .tool {
        switch pairing.answer(of: number) {
        case .call(let call): nameResult(number, after: call, request, bytes)
        case .again(let call):
          report(.orphanResult, "/messages/\(number)", "the call that the tool result answers has one before it")
          nameResult(number, after: call, request, bytes)
        case .none:
          report(.orphanResult, "/messages/\(number)", "the tool result answers no call before it")
          nameOrphan(number, request, bytes)
        }
      }
    }
    reportOrphans(request, pairing)
  }

  /// Decides the id of a call.
  private mutating func nameCall(_ number: Int, _ request: ChatRequest, _ bytes: borrowing Span<UInt8>) {
    let call = request.calls[number]
    let json =
      switch generation {
      case .k2: k2ID(of: call, request, bytes)
      case .k3: k3ID(of: call, request.index, bytes)
      case .other: [UInt8]?.none
      }
    guard let json else {
      editOfCall.append(-1)
      return
    }
    editOfCall.append(normalization.edits.count)
    if normalization.edits.isEmpty { normalization.edits.reserveCapacity(2 * request.calls.count) }
    let field = RequestEdit.Field.callID(message: call.message, call: call.position)
    edit(field, of: call.node, key: "id", from: call.id, to: json, request.index, bytes)
  }

  private mutating func nameResult(
    _ number: Int, after call: Int, _ request: ChatRequest, _ bytes: borrowing Span<UInt8>
  ) {
    let (message, index) = (request.messages[number], request.index)
    let json: [UInt8]
    if editOfCall[call] >= 0 {
      json = normalization.edits[editOfCall[call]].after
      if let id = message.toolCallID, index.kind(id) == .string, isString(json, sameAs: id, index, bytes) { return }
    } else {
      guard let id = request.calls[call].id, !index.isBlank(id, in: bytes),
        !index.isSameText(id, message.toolCallID, in: bytes)
      else { return }
      json = [UInt8](copying: bytes.extracting(index.range(id)))
    }
    let field = RequestEdit.Field.resultID(message: number)
    edit(field, of: message.node, key: "tool_call_id", from: message.toolCallID, to: json, index, bytes)
  }

  /// A result that answers no call must not come to name one by the id that this call is given.
  private mutating func nameOrphan(_ number: Int, _ request: ChatRequest, _ bytes: borrowing Span<UInt8>) {
    let (message, index) = (request.messages[number], request.index)
    guard let old = message.toolCallID, var id = index.decodedID(old, of: bytes) else { return }
    newIDs.take(normalization.edits)
    guard newIDs.contains(id) else {
      if generation == .k2, let number = CanonicalID.index(of: id.span) { orphans.insert(number) }
      return
    }
    repeat { id.append(UInt8(ascii: "_")) } while newIDs.contains(id)
    edit(.resultID(message: number), of: message.node, key: "tool_call_id", from: old, to: JSONWriter.string(id), index, bytes)
  }

  /// Whether `json`, a new id, is what `id` says already.
  private func isString(
    _ json: [UInt8], sameAs id: JSONIndex.Node, _ index: JSONIndex, _ bytes: borrowing Span<UInt8>
  ) -> Bool {
    if bytes.extracting(index.range(id)).isEqual(to: json.span) { return true }
    guard index.hasEscapes(id) || json.contains(UInt8(ascii: "\\")) else { return false }
    var other = JSONIndex()
    guard (try? other.read(json.span)) != nil else { return false }
    return other.decodedID(other.root, of: json.span) == index.decodedID(id, of: bytes)
  }

  private mutating func edit(
    _ field: RequestEdit.Field, of object: JSONIndex.Node, key: StaticString, from old: JSONIndex.Node?,
    to json: [UInt8], _ index: JSONIndex, _ bytes: borrowing Span<UInt8>
  ) {
    if let old {
      let before = [UInt8](copying: bytes.extracting(index.range(old)))
      normalization.edits.append(
        RequestEdit(field: field, edit: index.replacing(old, with: json), before: before, after: json))
    } else {
      let edit = index.inserting(Array(key.description.utf8), json, into: object)
      normalization.edits.append(RequestEdit(field: field, edit: edit, before: [], after: json))
    }
  }

  private mutating func reportOrphans(_ request: ChatRequest, _ pairing: ResultPairing) {
    for (number, call) in request.calls.enumerated() where !pairing.isAnswered(number) {
      // The last message's calls are yet to be answered.
      if call.message == request.messages.count - 1 { continue }
      let path = "/messages/\(call.message)/tool_calls/\(call.position)"
      report(.orphanCall, path, "the tool call has no result")
    }
  }

  mutating func report(_ kind: FindingKind, _ path: String, _ message: String) {
    normalization.findings.append(Finding(kind, path: path, message))
  }
}

/// The ids that calls were given, read as late as somebody asks.
private struct NewIDs {
  private var ids: Set<[UInt8]> = []
  /// How many of the edits are read.
  private var count = 0

  mutating func take(_ edits: [RequestEdit]) {
    for edit in edits[count...] {
      guard case .callID = edit.field else { continue }
      var index = JSONIndex()
      guard (try? index.read(edit.after.span)) != nil, let id = index.decodedID(index.root, of: edit.after.span) else { continue }
      ids.insert(id)
    }
    count = edits.count
  }

  func contains(_ id: [UInt8]) -> Bool { ids.contains(id) }
}
