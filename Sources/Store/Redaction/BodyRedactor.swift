// SPDX-License-Identifier: Apache-2.0
import JSON

/// Applies paths to bodies: to a JSON document, or to the data of each event of a stream (`data: {...}`).
struct BodyRedactor {
  private let paths: [JSONPath]
  private var index = JSONIndex()
  private var isQuoting = false

  private static let mark = JSONWriter.bytes(of: JSONValue(Redaction.mark))

  init(paths: [JSONPath]) {
    self.paths = paths
  }

  /// - Parameter isQuoting: whether an error's message loses its quotations.
  /// - Returns: whether anything was taken out.
  mutating func redact(_ message: inout StoredMessage, isQuoting: Bool = false) -> Bool {
    guard !message.body.isEmpty else { return false }
    self.isQuoting = isQuoting
    if message.omittedBytes == 0, let edits = edits(in: message.body, 0..<message.body.count) {
      message.apply(edits)
      return !edits.isEmpty
    }
    if let edits = streamEdits(message.body) {
      message.apply(edits)
      return !edits.isEmpty
    }
    message.omitBody()
    return true
  }

  /// The arguments of a call as they may be kept, or nil where no path is about them: as a whole answer would hold them, or
  /// a stream's.
  mutating func arguments(of call: StoredCall) -> String? {
    for member in ["message", "delta"] as [JSONString] {
      let function: JSONValue = ["name": JSONValue(call.name), "arguments": JSONValue(call.arguments)]
      let calls: JSONValue = ["tool_calls": [["function": function]]]
      let choice = JSONValue.object(JSONObject([(member, calls)]))
      // Indices in a path cannot be told from the record: any counts.
      let bytes = JSONWriter.bytes(of: ["choices": [choice]])
      if let edits = edits(in: bytes, 0..<bytes.count, anyIndex: true), !edits.isEmpty {
        let text = JSONEdit.apply(edits, to: bytes.span)
        let kept = (try? JSONValue(parsing: text))?["choices"]?[0]?[member]?["tool_calls"]?[0]?["function"]?["arguments"]?.string
        if kept != call.arguments { return kept ?? Redaction.mark }
      }
    }
    return nil
  }

  // MARK: One document

  /// nil where the bytes are no JSON document.
  private mutating func edits(in body: [UInt8], _ range: Range<Int>, anyIndex: Bool = false) -> [JSONEdit]? {
    let span = body.span.extracting(range)
    guard (try? index.read(span)) != nil else { return nil }
    var edits: [JSONEdit] = []
    walk(index.root, paths.map { _ in JSONPath.State() }, span, range.lowerBound, anyIndex, &edits)
    if isQuoting, let edit = quotationEdit(span, range.lowerBound), !edits.contains(where: { $0.range.overlaps(edit.range) }) {
      edits.append(edit)
      edits.sort { $0.range.lowerBound < $1.range.lowerBound }
    }
    return edits
  }

  /// Of an error's message what stands before its first quotation.
  private func quotationEdit(_ bytes: borrowing Span<UInt8>, _ offset: Int) -> JSONEdit? {
    guard let error = index.value("error", in: index.root, of: bytes), let message = index.value("message", in: error, of: bytes),
      let said = index.string(message, of: bytes)
    else { return nil }
    var left = said
    Redactor.cutQuotations(&left)
    if left.utf8.elementsEqual(said.utf8) { return nil }
    let range = index.range(message)
    return JSONEdit(range: range.lowerBound + offset..<range.upperBound + offset, replacement: JSONWriter.bytes(of: JSONValue(left)))
  }

  private func walk(
    _ node: JSONIndex.Node, _ states: [JSONPath.State], _ bytes: borrowing Span<UInt8>, _ offset: Int, _ anyIndex: Bool,
    _ edits: inout [JSONEdit]
  ) {
    if zip(paths, states).contains(where: { $0.isMatch($1) }) {
      let range = index.range(node)
      edits.append(JSONEdit(range: range.lowerBound + offset..<range.upperBound + offset, replacement: Self.mark))
      return
    }
    if states.allSatisfy(\.isDead) { return }
    for (key, value) in index.members(node) {
      var name: [UInt8] = []
      index.decode(key, of: bytes, into: &name)
      walk(value, zip(paths, states).map { $0.advance($1, name: name) }, bytes, offset, anyIndex, &edits)
    }
    for (number, element) in index.elements(node).enumerated() {
      let next = zip(paths, states).map { anyIndex ? $0.advanceAnyIndex($1) : $0.advance($1, index: number) }
      walk(element, next, bytes, offset, anyIndex, &edits)
    }
  }

  // MARK: A stream

  /// nil where the body is no event stream.
  private mutating func streamEdits(_ body: [UInt8]) -> [JSONEdit]? {
    var all: [JSONEdit] = []
    var event: [Range<Int>] = []
    var isStream = false
    var start = 0
    while start < body.count {
      let end = body[start...].firstIndex { $0 == 0x0A || $0 == 0x0D } ?? body.count
      defer { start = body[end...].starts(with: [0x0D, 0x0A]) ? end + 2 : end + 1 }
      let line = body[start..<end]
      guard line.starts(with: "data:".utf8) else {
        let isField = line.isEmpty || ["event:", "id:", "retry:", ":"].contains { line.starts(with: $0.utf8) }
        if !isField { return nil }
        if line.isEmpty {
          all += edits(in: body, event: event)
          event.removeAll(keepingCapacity: true)
        }
        continue
      }
      isStream = true
      var data = start + 5
      if data < end, body[data] == 0x20 { data += 1 }
      if data == end || body[data..<end].elementsEqual("[DONE]".utf8) { continue }
      event.append(data..<end)
    }
    all += edits(in: body, event: event)
    return isStream ? all : nil
  }

  /// Data that is no JSON goes, and what no path leads into. So do several lines, which readers make one text of, but where each is an
  /// object: some vendors leave the blank line between two events out.
  private mutating func edits(in body: [UInt8], event lines: [Range<Int>]) -> [JSONEdit] {
    var all: [JSONEdit] = []
    for line in lines {
      let edits = edits(in: body, line)
      let kind = index.kind(index.root)
      guard let edits, kind == .object || kind == .array && lines.count == 1 else {
        return lines.map { JSONEdit(range: $0, replacement: Self.mark) }
      }
      all += edits
    }
    return all
  }
}

extension JSONPath {
  /// As `advance(_:index:)`, for a place whose index is unknown.
  func advanceAnyIndex(_ state: State) -> State {
    var next: UInt64 = 0
    for (number, segment) in segments.enumerated() where state.bits >> UInt64(number) & 1 == 1 {
      switch segment.selector {
      case .any, .index: next |= 1 << UInt64(number + 1)
      case .name: break
      }
      if segment.descends { next |= 1 << UInt64(number) }
    }
    return State(bits: next)
  }
}
