// SPDX-License-Identifier: Apache-2.0
import Inspection
import Testing

/// What a framer made of a stream, as values.
struct Framed: Equatable, CustomStringConvertible {
  var events: [String] = []
  var unended: String?
  var description: String { "\(events)" + (unended.map { " + \($0)" } ?? "") }
}

func frame(_ pieces: [[UInt8]], limit: Int = 8 << 20) -> Framed {
  var framer = EventStreamFramer(limit: limit)
  var framed = Framed()
  func text(_ event: EventStreamEvent, in input: [UInt8], _ framer: EventStreamFramer) -> String {
    let type = framer.type.isEmpty ? "" : String(decoding: framer.type, as: UTF8.self) + "="
    switch event {
    case .input(let range): return type + String(decoding: input[range], as: UTF8.self)
    case .held: return type + String(decoding: framer.held, as: UTF8.self)
    case .tooLong(let bytes): return "too long: \(bytes)"
    }
  }
  for piece in pieces {
    var at = 0
    while let event = framer.next(in: piece.span, from: &at) { framed.events.append(text(event, in: piece, framer)) }
    #expect(at == piece.count)
  }
  if let event = framer.finish() { framed.unended = text(event, in: [], framer) }
  return framed
}

struct StreamCase: CustomTestStringConvertible, Sendable {
  var name: String
  var stream: String
  var events: [String]
  var unended: String?
  var testDescription: String { name }

  init(_ name: String, _ stream: String, _ events: [String], unended: String? = nil) {
    self.name = name
    self.stream = stream
    self.events = events
    self.unended = unended
  }
}

let streamCases = [
  StreamCase("one event", "data: a\n\n", ["a"]),
  StreamCase("two events", "data: a\n\ndata: b\n\n", ["a", "b"]),
  StreamCase("CRLF", "data: a\r\n\r\ndata: b\r\n\r\n", ["a", "b"]),
  StreamCase("CR alone", "data: a\r\rdata: b\r\r", ["a", "b"]),
  StreamCase("all line ends in one stream", "data: a\r\n\ndata: b\n\rdata: c\r\r\ndata: d\n\n", ["a", "b", "c", "d"]),
  StreamCase("no space after the colon", "data:{\"a\":1}\n\n", ["{\"a\":1}"]),
  StreamCase("only the first space goes", "data:  a \n\n", [" a "]),
  StreamCase("several data lines", "data: a\ndata: b\ndata:\ndata: c\n\n", ["a\nb\n\nc"]),
  StreamCase("data without a colon is an empty line", "data\ndata\n\n", ["\n"]),
  StreamCase("an empty data field is an event", "data:\n\n", [""]),
  StreamCase("no data, no event", "event: ping\nid: 1\n\ndata: a\n\n", ["a"]),
  StreamCase("comments", ": OPENROUTER PROCESSING\n\n:\ndata: a\n: b\ndata: c\n\n:::\n\n", ["a\nc"]),
  StreamCase("types, gone after their event", "event: error\ndata: a\n\ndata: b\n\n", ["error=a", "b"]),
  StreamCase("the last type counts", "event: x\nevent:y\ndata: a\n\n", ["y=a"]),
  StreamCase("a type without data is forgotten", "event: x\n\ndata: a\n\n", ["a"]),
  StreamCase(
    "id, retry and unknown fields", "id: 7\nretry: 10\nfoo: bar\ndat: x\ndatax: y\n data: z\ndata: a\n\n", ["a"]),
  StreamCase("a BOM at the start", "\u{FEFF}data: a\n\n", ["a"]),
  StreamCase("a BOM later is text", "data: a\n\n\u{FEFF}data: b\n\ndata: c\n\n", ["a", "c"]),
  StreamCase("two BOMs are one too many", "\u{FEFF}\u{FEFF}data: a\n\ndata: b\n\n", ["b"]),
  StreamCase("NUL is a character", "data: a\0b\n\0: x\nid: \0\n\n", ["a\0b"]),
  StreamCase("blank lines between events", "\n\n\r\n\rdata: a\n\n\n\n\ndata: b\n\n", ["a", "b"]),
  StreamCase("multibyte text", "data: 大型机🦊\n\n", ["大型机🦊"]),
  StreamCase("a colon in the value", "data: a:b: c\n\n", ["a:b: c"]),
  StreamCase("cut before the blank line", "data: a\n\ndata: [DONE]\n", ["a"], unended: "[DONE]"),
  StreamCase("cut in a line", "data: a\n\ndata: {\"b", ["a"], unended: "{\"b"),
  StreamCase("cut after two lines", "data: a\ndata: b\nda", [], unended: "a\nb"),
  StreamCase("cut with a type", "event: error\ndata: x", [], unended: "error=x"),
  StreamCase("cut in a comment", "data: a\n\n: b", ["a"]),
  StreamCase("cut between CR and LF", "data: a\r\n\r", ["a"]),
  StreamCase("nothing", "", []),
  StreamCase("HTML", "<!doctype html>\n<html>\n\n<body>bad gateway</body>", []),
]

@Test("The framer cuts a stream as the grammar says, whatever the chunking", arguments: streamCases)
func framesStreams(_ test: StreamCase) {
  let whole = DripFeed.expectSameResult(of: Array(test.stream.utf8), "\(test.name)") { frame($0) }
  #expect(whole == Framed(events: test.events, unended: test.unended))
}

@Test("Part of a BOM at the start is text of the first line")
func partOfABOM() {
  for start in [[0xEF], [0xEF, 0xBB], [0xEF, 0x20]] as [[UInt8]] {
    let framed = DripFeed.expectSameResult(of: start + Array("data: a\ndata: b\n\n".utf8)) { frame($0) }
    #expect(framed.events == ["b"])
  }
}

@Test(
  "Bytes after the last event change no event before them",
  arguments: streamCases.filter { $0.unended == nil && $0.stream.hasSuffix("\n\n") })
func trailingBytes(_ test: StreamCase) {
  let framed = DripFeed.expectSameResult(of: Array((test.stream + "data: tail").utf8)) { frame($0) }
  #expect(framed == Framed(events: test.events, unended: "tail"))
}

@Test("An event over the limit is reported with the length of its data, and the next one is read as ever")
func tooLongEvents() {
  let long = String(repeating: "x", count: 300)
  let stream =
    "data: a\n\ndata: \(long)\ndata: more\n: comment\n\ndata: b\n\nfoo: \(long)\n\ndata: c\n\ndata: 12345\ndata: \(long)\n\ndata: d\n\n"
  for (name, pieces) in DripFeed.cuts(of: Array(stream.utf8)) {
    let events = frame(pieces, limit: 100).events
    #expect(events == ["a", "too long: 305", "b", "c", "too long: 306", "d"], "\(name)")
  }
}

@Test(
  "Whether an event is too long follows from its data alone, whatever the cuts and the lines beside it",
  arguments: [
    ("data: \(xs(100))", xs(100)), ("data:\(xs(100))", xs(100)), ("data: \(xs(101))", "too long: 101"), ("data:{\(xs(100))", "too long: 101"),
    ("data: \(xs(50))\ndata: \(xs(49))", xs(50) + "\n" + xs(49)), ("data: \(xs(50))\ndata:\(xs(50))", "too long: 101"),
    (": \(xs(500))\ndata: \(xs(100))\nid: \(xs(500))\n\(xs(500))", xs(100)), ("data: \(xs(98))\ndata\ndata:", xs(98) + "\n\n"),
    ("data: \(xs(99))\ndata\ndata:", "too long: 101"), ("event: \(xs(100))\ndata: a", xs(100) + "=a"), ("event: \(xs(101))\ndata: a", "a"),
    ("event: e\nevent: \(xs(300))\ndata: \(xs(100))", xs(100)), ("data: \(xs(101))\nevent: e", "too long: 101"),
  ])
func nearTheLimit(lines: String, event: String) {
  for (name, pieces) in DripFeed.cuts(of: Array("\(lines)\n\ndata: z\n\n".utf8)) {
    #expect(frame(pieces, limit: 100).events == [event, "z"], "\(name)")
  }
}

private func xs(_ count: Int) -> String { String(repeating: "x", count: count) }

@Test("A stream of random bytes gives the same events under any cut")
func randomStreams() {
  let alphabet = Array("data: event:\n\r\n\n\r\r: \u{FEFF}{}x\0".utf8)
  for seed in 0..<300 as Range<UInt64> {
    var generator = SeededGenerator(seed: seed)
    let bytes = (0..<Int.random(in: 0...120, using: &generator)).map { _ in
      alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
    }
    _ = DripFeed.expectSameResult(of: bytes, randomCuts: 5, "stream of seed \(seed)") { frame($0) }
    for limit in [1, 5, 20] {
      _ = DripFeed.expectSameResult(of: bytes, randomCuts: 5, "stream of seed \(seed), limit \(limit)") { frame($0, limit: limit) }
    }
  }
}

@Test("A framer is as new after the end of a stream")
func reuse() {
  var framer = EventStreamFramer()
  var at = 0
  #expect(framer.next(in: Array("event: e\ndata: a\n\ndata: b".utf8).span, from: &at) == .input(15..<16))
  _ = framer.next(in: Array("event: e\ndata: a\n\ndata: b".utf8).span, from: &at)
  #expect(framer.finish() == .held)
  #expect(framer.held == Array("b".utf8))
  at = 0
  #expect(framer.next(in: Array("\u{FEFF}data: c\n\n".utf8).span, from: &at) == .input(9..<10))
  #expect(framer.type.isEmpty)
}
