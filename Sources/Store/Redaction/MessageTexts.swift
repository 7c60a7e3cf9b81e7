// SPDX-License-Identifier: Apache-2.0
import JSON

/// What a body says, put together as its readers put it together: a key may stand in the whole and in none of its pieces. Requests and
/// answers are looked at through this alike.
///
/// Strings at one place are one text, whatever the place is called: of the events of a stream, and of the elements of an array, be they a
/// message's parts, an answer's tokens or the messages themselves. In streams, `index` says of which choice or call they are.
package struct MessageTexts {
  struct Piece {
    /// Where in the text it begins.
    var start: Int
    /// Where it stands in the body, with its quotes.
    var range: Range<Int>
    /// False where the event has several lines of data, and the range is the event's.
    var isExact = true
  }

  struct Text {
    var bytes: [UInt8] = []
    var pieces: [Piece] = []
  }

  private(set) var texts: [Text] = []
  /// Where an answer stands once more, in tokens or in their numbers: a key is in pieces there that no search finds.
  private(set) var tokens: [Range<Int>] = []
  /// It has more places than anything that clients read, so that what stands in pieces of it is not known.
  private(set) var hasTooMany = false
  private var numbers: [Place: Int] = [:]
  /// Of a document, what stands alone at its place so far: it is searched where it stands.
  private var single: [Place: JSONIndex.Node] = [:]
  private var name: [UInt8] = []
  private var index = JSONIndex()
  /// Whether what is read is one of several that belong together.
  private var isEvent = false

  /// By the names on the way to it, and numbers.
  private struct Place: Hashable {
    var digest = 0

    func down(_ number: Int) -> Place {
      var hasher = Hasher()
      hasher.combine(digest)
      hasher.combine(number)
      return Place(digest: hasher.finalize())
    }

    /// Every member of every event comes by: its bytes are taken together, as `Hashable` does not.
    func down(_ name: [UInt8]) -> Place {
      var hasher = Hasher()
      hasher.combine(digest)
      unsafe name.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
      return Place(digest: hasher.finalize())
    }
  }

  /// The texts of a body, but for what is alone in a document; none where it is neither an event stream nor JSON.
  package init(_ body: [UInt8]) {
    // A byte order mark, which readers of both leave out.
    let start = body.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    readEvents(body, from: start)
    readDocuments(body, from: start)
  }

  package var bytes: [[UInt8]] { texts.map(\.bytes) }

  // MARK: Streams and documents

  /// Lines as readers split them, some of which take each line of data for an event.
  private mutating func readEvents(_ body: [UInt8], from start: Int) {
    isEvent = true
    var lines: [Range<Int>] = []
    var start = start
    while start < body.count {
      let end = body[start...].firstIndex { $0 == 0x0A || $0 == 0x0D } ?? body.count
      let line = body[start..<end].drop(while: Self.isBlank)
      if start == end {
        take(lines, of: body)
        lines.removeAll(keepingCapacity: true)
      } else if line.starts(with: "data:".utf8) {
        let data = line.dropFirst(5).drop(while: Self.isTrimmed)
        if !data.isEmpty { lines.append(data.startIndex..<end) }
      }
      start = end + 1
      if start < body.count, body[end] == 0x0D, body[start] == 0x0A { start += 1 }
    }
    take(lines, of: body)
  }

  private mutating func take(_ lines: [Range<Int>], of body: [UInt8]) {
    guard let first = lines.first, let last = lines.last else { return }
    if lines.count > 1 {
      let joined = Array(lines.map { body[$0] }.joined(separator: [0x0A]))
      let isWhole = isRead(joined.span) || !lines.contains { isObject(body.span.extracting($0)) }
      if isWhole {
        read(joined, joined.indices, as: .whole(first.lowerBound..<last.upperBound))
        return
      }
    }
    for line in lines { read(body, line) }
  }

  /// One, or several one after the other, as some servers stream.
  private mutating func readDocuments(_ body: [UInt8], from start: Int) {
    guard let first = Self.document(in: body, from: start) else { return }
    isEvent = false
    guard let second = Self.document(in: body, from: read(body, first..<body.count)) else { return }
    isEvent = true
    read(body, first..<second)
    var (next, count): (Int?, Int) = (second, 1)
    while let start = next, count < Self.mostDocuments {
      next = Self.document(in: body, from: read(body, start..<body.count))
      count += 1
    }
  }

  /// More tokens than an answer has.
  private static let mostDocuments = 1 << 17

  /// Where the next begins.
  private static func document(in body: [UInt8], from start: Int) -> Int? {
    let start = body[start...].firstIndex { !isTrimmed($0) }
    return start.flatMap { body[$0] == UInt8(ascii: "{") || body[$0] == UInt8(ascii: "[") ? $0 : nil }
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

  /// What no JSON begins with: readers that trim it take more for blanks than JSON does, U+00A0 and U+2028 among it.
  private static func isTrimmed(_ byte: UInt8) -> Bool { byte <= 0x20 || byte >= 0x80 }

  // MARK: Reading one

  /// Where what is read stands in the body.
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

  /// - Returns: where it ends, which may be before the range's end.
  @discardableResult
  private mutating func read(_ body: [UInt8], _ range: Range<Int>, as whole: Origin? = nil) -> Int {
    let bytes = body.span.extracting(range)
    if isRead(bytes) {
      walk(bytes, whole ?? .from(range.lowerBound, length: range.count, of: range.count))
      return range.upperBound
    }
    let broken = BrokenOffJSON(bytes)
    guard isRead(broken.bytes.span) else { return range.upperBound }
    walk(broken.bytes.span, whole ?? .from(range.lowerBound, length: broken.length, of: range.count))
    return broken.isWhole ? range.lowerBound + broken.length : range.upperBound
  }

  /// As clients read, some of which take what is no JSON.
  private mutating func isRead(_ bytes: borrowing Span<UInt8>) -> Bool {
    (try? index.read(bytes, limits: JSONLimits(bytes: JSONLimits.maximumBytes), dialect: .python)) != nil
  }

  private mutating func isObject(_ bytes: borrowing Span<UInt8>) -> Bool { isRead(bytes) && index.kind(index.root) == .object }

  private mutating func walk(_ bytes: borrowing Span<UInt8>, _ origin: Origin) {
    walk(index.root, Place(), isEvent ? Place() : nil, bytes, origin)
    single.removeAll()
  }

  /// A text that has one short string takes fifty times its bytes.
  private static let mostTexts = 1 << 16

  /// - Parameters:
  ///   - place: without the numbers of elements, but for choices and calls.
  ///   - exact: with all of them, where two of one array may come in turn.
  private mutating func walk(_ node: JSONIndex.Node, _ place: Place, _ exact: Place?, _ bytes: borrowing Span<UInt8>, _ origin: Origin) {
    switch index.kind(node) {
    case .string:
      add(node, at: place, bytes, origin)
      if let exact, exact != place { add(node, at: exact, bytes, origin) }
    case .object: walk(object: node, place, exact, isElement: false, bytes, origin)
    case .array:
      let isNumbered = isEvent && (isNamed("choices") || isNamed("tool_calls"))
      for (number, element) in index.elements(node).enumerated() {
        let said = isEvent ? index.value("index", in: element, of: bytes).flatMap { index.integer($0, of: bytes) } : nil
        let own = exact?.down(said ?? number)
        let place = isNumbered ? place.down(said ?? number) : place
        if index.kind(element) == .object {
          walk(object: element, place, own, isElement: !isNumbered, bytes, origin)
        } else {
          walk(element, place, own, bytes, origin)
        }
      }
    default: break
    }
  }

  private mutating func walk(
    object: JSONIndex.Node, _ place: Place, _ exact: Place?, isElement: Bool, _ bytes: borrowing Span<UInt8>, _ origin: Origin
  ) {
    // Looked for once, however many have the other name.
    var hasDelta: Bool?
    var overridden = isEvent ? index.overridden(in: object, of: bytes)[...] : []
    for (number, (key, value)) in index.members(object).enumerated() {
      // Of two with one name readers have the last: the other one's is a text of its own.
      if overridden.first == number {
        overridden.removeFirst()
        walk(value, place.down(-1), exact?.down(-1), bytes, origin)
        continue
      }
      let kind = index.kind(value)
      guard kind == .string || kind == .object || kind == .array || kind == .number else { continue }
      name.removeAll(keepingCapacity: true)
      index.decode(key, of: bytes, into: &name)
      if isTokens(kind) { tokens.append(origin.range(of: index.range(value))) }
      // What might have been said instead is no text.
      if kind == .number || isNamed("top_logprobs") { continue }
      // What readers take for one thing under two names, where there is one of them.
      if isEvent, isNamed("message") {
        let isBeside = hasDelta ?? (index.value("delta", in: object, of: bytes).map { index.kind($0) == .object } ?? false)
        hasDelta = isBeside
        if !isBeside { name = Array("delta".utf8) }
      }
      // Some vendors say it under both names at once, others under one and then the other: each is a text, and both together.
      let isReasoning = isEvent && kind == .string && (isNamed("reasoning") || isNamed("reasoning_content"))
      if isReasoning { add(value, at: place.down(0), bytes, origin) }
      // A message that is a string in one event may have parts in another.
      let isText = isElement && kind == .string && isNamed("text")
      walk(value, isText ? place : place.down(name), exact?.down(name), bytes, origin)
    }
  }

  private func isNamed(_ other: StaticString) -> Bool {
    guard name.count == other.utf8CodeUnitCount else { return false }
    return other.withUTF8Buffer { other in
      for place in other.indices where unsafe other[place] != name[place] { return false }
      return true
    }
  }

  /// OpenAI's, vLLM's, SGLang's, TGI's, llama.cpp's and Together's names. A number of tokens is none.
  private func isTokens(_ kind: JSONKind) -> Bool {
    switch kind {
    case .number: isNamed("token_id")
    case .array where isNamed("tokens") || isNamed("input_ids") || isNamed("output_ids"): true
    case .array, .object:
      ["logprobs", "token_ids", "completion_probabilities"].contains { name.suffix($0.utf8.count).elementsEqual($0.utf8) }
    default: false
    }
  }

  private mutating func add(_ node: JSONIndex.Node, at place: Place, _ bytes: borrowing Span<UInt8>, _ origin: Origin) {
    if let number = numbers[place] { return append(node, to: number, bytes, origin) }
    if !isEvent, single[place] == nil {
      single[place] = node
      return
    }
    guard texts.count < Self.mostTexts else {
      hasTooMany = true
      return
    }
    numbers[place] = texts.count
    texts.append(Text())
    if let first = single.removeValue(forKey: place) { append(first, to: texts.count - 1, bytes, origin) }
    append(node, to: texts.count - 1, bytes, origin)
  }

  private mutating func append(_ node: JSONIndex.Node, to number: Int, _ bytes: borrowing Span<UInt8>, _ origin: Origin) {
    let start = texts[number].bytes.count
    index.decode(node, of: bytes, into: &texts[number].bytes)
    guard texts[number].bytes.count > start else { return }
    let isExact = if case .from = origin { true } else { false }
    texts[number].pieces.append(Piece(start: start, range: origin.range(of: index.range(node)), isExact: isExact))
  }
}
