// SPDX-License-Identifier: Apache-2.0
import JSON

/// What the events of a stream say, put together from the pieces in which they deliver it: a key may stand in the whole and in none
/// of them. Strings at one place of the events are one text, whatever the place is called; of an array's elements, `index` says which.
/// Of a body that is one document, the parts of its messages.
package struct StreamTexts {
  private struct Piece {
    /// Where in the text it begins.
    var start: Int
    /// Where it stands in the body, with its quotes.
    var range: Range<Int>
    /// False where the event has several lines of data, and the range is the event's.
    var isExact = true
  }

  private struct Text {
    var bytes: [UInt8] = []
    var pieces: [Piece] = []
  }

  private var texts: [Text] = []
  private var numbers: [Place: Int] = [:]
  private var name: [UInt8] = []
  private var isStream = false
  /// Where the answer stands once more, in tokens or in their numbers: a key is in pieces there that no search finds.
  private var tokens: [Range<Int>] = []

  /// A place in the events, by the names and numbers on the way to it.
  private struct Place: Hashable {
    var digest = 0

    func down(_ step: some Hashable) -> Place {
      var hasher = Hasher()
      hasher.combine(digest)
      hasher.combine(step)
      return Place(digest: hasher.finalize())
    }
  }

  /// The texts of a body; none where it is neither an event stream nor JSON.
  package init(_ body: [UInt8]) {
    var index = JSONIndex()
    var lines: [Range<Int>] = []
    var start = body.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    while start < body.count {
      let end = body[start...].firstIndex { $0 == 0x0A || $0 == 0x0D } ?? body.count
      if start == end {
        take(lines, of: body, &index)
        lines.removeAll(keepingCapacity: true)
      } else if body[start..<end].starts(with: "data:".utf8) {
        isStream = true
        let isSpaced = start + 5 < end && body[start + 5] == 0x20
        lines.append(start + (isSpaced ? 6 : 5)..<end)
      }
      start = end + 1
      if start < body.count, body[end] == 0x0D, body[start] == 0x0A { start += 1 }
    }
    take(lines, of: body, &index)
    guard !isStream, let first = body.first(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) else { return }
    if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") { read(body, body.indices, &index, whole: nil) }
  }

  package var bytes: [[UInt8]] { texts.map(\.bytes) }

  // MARK: Reading

  private mutating func take(_ lines: [Range<Int>], of body: [UInt8], _ index: inout JSONIndex) {
    guard let first = lines.first, let last = lines.last else { return }
    if lines.count == 1 {
      read(body, first, &index, whole: nil)
    } else {
      let joined = Array(lines.map { body[$0] }.joined(separator: [0x0A]))
      read(joined, 0..<joined.count, &index, whole: first.lowerBound..<last.upperBound)
    }
  }

  /// - Parameter whole: where the event stands, if it is not as in `body`.
  private mutating func read(_ body: [UInt8], _ range: Range<Int>, _ index: inout JSONIndex, whole: Range<Int>?) {
    let bytes = body.span.extracting(range)
    if Self.isRead(bytes, &index) {
      walk(index.root, Place(), index, bytes, whole.map(Origin.whole) ?? .from(range.lowerBound, length: range.count, of: range.count))
      return
    }
    let broken = BrokenOffJSON(bytes)
    guard Self.isRead(broken.bytes.span, &index) else { return }
    let origin = whole.map(Origin.whole) ?? .from(range.lowerBound, length: broken.length, of: range.count)
    walk(index.root, Place(), index, broken.bytes.span, origin)
  }

  /// As clients read, some of which take what is no JSON.
  private static func isRead(_ bytes: borrowing Span<UInt8>, _ index: inout JSONIndex) -> Bool {
    (try? index.read(bytes, dialect: .python)) != nil
  }

  private enum Origin {
    /// - Parameter length: how many bytes of the event's were read; what goes on further goes on to its end.
    case from(Int, length: Int, of: Int)
    case whole(Range<Int>)

    func range(of range: Range<Int>) -> Range<Int> {
      switch self {
      case .from(let offset, let length, let count):
        range.lowerBound + offset..<(range.upperBound > length ? count : range.upperBound) + offset
      case .whole(let range): range
      }
    }
  }

  private mutating func walk(_ node: JSONIndex.Node, _ place: Place, _ index: JSONIndex, _ bytes: borrowing Span<UInt8>, _ origin: Origin) {
    switch index.kind(node) {
    // A document's are searched where they stand, but for parts.
    case .string: if isStream { add(node, at: place, index, bytes, origin) }
    case .object:
      for (key, value) in index.members(node) {
        name.removeAll(keepingCapacity: true)
        index.decode(key, of: bytes, into: &name)
        let own = place.down(Self.known(name))
        // Some vendors say it under both names at once, others under one and then the other: each is a text, and both together.
        let other = Self.isReasoning(name) ? place.down(0) : nil
        if Self.isTokens(name), [.object, .array].contains(index.kind(value)) { tokens.append(origin.range(of: index.range(value))) }
        walk(value, own, index, bytes, origin)
        // Within one another they would be walked twice at each level.
        if let other, index.kind(value) == .string { walk(value, other, index, bytes, origin) }
      }
    case .array:
      for (number, element) in index.elements(node).enumerated() {
        let said = index.value("index", in: element, of: bytes).flatMap { index.integer($0, of: bytes) }
        walk(element, place.down(said ?? number), index, bytes, origin)
        // Parts of a message, which readers join, have no number.
        guard said == nil, let text = index.value("text", in: element, of: bytes) else { continue }
        if index.kind(text) == .string { add(text, at: place.down(-1), index, bytes, origin) }
      }
    default: break
    }
  }

  /// OpenAI's, vLLM's, SGLang's and llama.cpp's names.
  private static func isTokens(_ name: [UInt8]) -> Bool {
    ["logprobs", "token_ids", "completion_probabilities"].contains { name.suffix($0.utf8.count).elementsEqual($0.utf8) }
  }

  /// What readers take for one thing under two names.
  private static func known(_ name: [UInt8]) -> [UInt8] { name.elementsEqual("message".utf8) ? Array("delta".utf8) : name }

  private static func isReasoning(_ name: [UInt8]) -> Bool {
    name.elementsEqual("reasoning".utf8) || name.elementsEqual("reasoning_content".utf8)
  }

  private mutating func add(
    _ node: JSONIndex.Node, at place: Place, _ index: JSONIndex, _ bytes: borrowing Span<UInt8>, _ origin: Origin
  ) {
    let number = numbers[place] ?? texts.count
    if number == texts.count {
      numbers[place] = number
      texts.append(Text())
    }
    let start = texts[number].bytes.count
    index.decode(node, of: bytes, into: &texts[number].bytes)
    guard texts[number].bytes.count > start else { return }
    let isExact = if case .from = origin { true } else { false }
    texts[number].pieces.append(Piece(start: start, range: origin.range(of: index.range(node)), isExact: isExact))
  }

  // MARK: Taking out

  /// What has to change in the body so that no text has a secret: the mark stands where one begins.
  func edits(_ secrets: SecretSearch) -> [JSONEdit] {
    var edits: [JSONEdit] = []
    for text in texts where isStream || text.pieces.count > 1 {
      let ranges = secrets.ranges(in: text.bytes.span)
      if !ranges.isEmpty { Self.append(ranges, of: text, to: &edits) }
    }
    return Self.apart(edits)
  }

  /// Those, and nothing of what says the answer once more in tokens.
  func withoutTokens(_ edits: [JSONEdit]) -> [JSONEdit] {
    Self.apart(tokens.map { JSONEdit(range: $0, replacement: Array("null".utf8)) } + edits)
  }

  var hasTokens: Bool { !tokens.isEmpty }

  /// Several texts may have pieces in one string, or in one event that goes as a whole: where they differ, all of it goes.
  private static func apart(_ edits: [JSONEdit]) -> [JSONEdit] {
    let inOrder = edits.sorted { ($0.range.lowerBound, $1.range.upperBound) < ($1.range.lowerBound, $0.range.upperBound) }
    return inOrder.reduce(into: []) { kept, edit in
      guard let last = kept.last, edit.range.lowerBound < last.range.upperBound else { return kept.append(edit) }
      if edit.range == last.range, edit.replacement != last.replacement, last.replacement != Array("null".utf8) {
        kept[kept.count - 1] = JSONEdit(range: edit.range, replacement: JSONWriter.bytes(of: JSONValue(Redaction.mark)))
      }
    }
  }

  private static func append(_ ranges: [Range<Int>], of text: Text, to edits: inout [JSONEdit]) {
    var next = 0
    for (number, piece) in text.pieces.enumerated() {
      let end = number + 1 < text.pieces.count ? text.pieces[number + 1].start : text.bytes.count
      while next < ranges.count, ranges[next].upperBound <= piece.start { next += 1 }
      guard next < ranges.count, ranges[next].lowerBound < end else { continue }
      var kept: [UInt8] = []
      var place = piece.start
      for range in ranges[next...].prefix(while: { $0.lowerBound < end }) {
        if range.lowerBound >= piece.start {
          kept += text.bytes[place..<range.lowerBound]
          kept += Redaction.mark.utf8
        }
        place = min(range.upperBound, end)
      }
      kept += text.bytes[place..<end]
      let replacement = JSONString(utf8: piece.isExact ? kept : Array(Redaction.mark.utf8))
      edits.append(JSONEdit(range: piece.range, replacement: JSONWriter.bytes(of: .string(replacement))))
    }
  }
}
