// SPDX-License-Identifier: Apache-2.0
import Foundation
import Inspection
import Testing

/// Captured answers, one file each: `<code>.sse` and `<code>.json` show the finding `<code>`; `<code>.near.sse` and
/// `<code>.near.json` are nearly the same, and there is nothing wrong with them. All answer `request.json`.
struct Fixture: CustomTestStringConvertible, Sendable {
  var name: String
  var bytes: [UInt8]
  var format: ResponseFormat { name.hasSuffix(".sse") ? .eventStream : .json }
  var testDescription: String { name }

  static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Fixtures").standardized

  /// All of them, by name.
  static let all: [Fixture] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path())) ?? []
    return names.sorted().filter { $0 != "request.json" }.compactMap { name in
      guard let data = try? Data(contentsOf: folder.appending(path: name)) else { return nil }
      return Fixture(name: name, bytes: Array(data))
    }
  }()

  static let near = all.filter { $0.name.contains(".near.") }
  static let showing = all.filter { !$0.name.contains(".near.") }
  /// The code that the file is named after.
  var code: String { name.split(separator: ".").prefix(2).joined(separator: ".") }

  static let request: RequestFacts = {
    guard let data = try? Data(contentsOf: folder.appending(path: "request.json")) else { return RequestFacts() }
    let bytes = Array(data)
    return (try? ChatRequest(reading: bytes.span))?.facts(in: bytes.span, caches: SchemaCaches()) ?? RequestFacts()
  }()
}

/// What an observer says of a response that arrives in these pieces.
func observe(
  _ pieces: [[UInt8]], _ format: ResponseFormat, request: RequestFacts = Fixture.request, ending: Ending = .complete
) -> ResponseSummary {
  var observer = ResponseObserver(format: format, request: request)
  for piece in pieces { observer.feed(piece.span) }
  return observer.finish(ending)
}

/// The same for text: a stream's if it begins as one.
func observe(_ text: String, request: RequestFacts = Fixture.request) -> ResponseSummary {
  DripFeed.expectSameResult(of: Array(text.utf8), randomCuts: 5) {
    observe($0, text.hasPrefix("{") ? .json : .eventStream, request: request)
  }
}
