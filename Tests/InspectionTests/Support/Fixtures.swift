// SPDX-License-Identifier: Apache-2.0
import Foundation
import Inspection
import Testing

/// Captured answers, one file each: `<code>.sse` and `<code>.json` show the finding `<code>`; `<code>.near.sse` and
/// `<code>.near.json` are nearly the same, and do not. All answer `request.json`. A word behind the code tells several of one
/// code apart.
struct Fixture: CustomTestStringConvertible, Sendable {
  var name: String
  var bytes: [UInt8]
  var format: ResponseFormat { name.hasSuffix(".sse") ? .eventStream : .json }
  var isNear: Bool { name.contains(".near.") }
  var testDescription: String { name }

  static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Fixtures").standardized

  /// All of them, by name.
  static let all: [Fixture] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path())) ?? []
    return names.sorted().filter { !$0.hasSuffix("request.json") }.compactMap { name in
      guard let data = try? Data(contentsOf: folder.appending(path: name)) else { return nil }
      return Fixture(name: name, bytes: Array(data))
    }
  }()

  static let near = all.filter(\.isNear)
  static let showing = all.filter { !$0.isNear }

  /// The finding that the file is named after; `nil` is a misnomer.
  var kind: FindingKind? {
    FindingKind.allCases.filter { name.hasPrefix($0.rawValue + ".") }.max { $0.rawValue.count < $1.rawValue.count }
  }

  /// All that is found in it, in order.
  var codes: [String] {
    if let codes = Self.others[name] { return codes }
    return isNear ? [] : [kind?.rawValue ?? "no such code"]
  }

  /// Those in which something else is found, or something beside.
  private static let others: [String: [String]] = [
    "arguments.nested_string.json": ["arguments.schema.type", "arguments.nested_string"],
    "arguments.nested_string.sse": ["arguments.schema.type", "arguments.nested_string"],
    "call.id_changed.near.sse": ["call.id_repeated"],
    "call.missing_name.near.sse": ["call.late_name"],
    "call.missing_type.near.json": ["call.superfluous_index"],
    "call.sparse_index.near.sse": ["call.interleaved"],
    "choice.too_many.json": ["choice.several", "choice.too_many"],
    "choice.too_many.near.json": ["choice.several"],
    "choice.too_many.near.sse": ["choice.several"],
    "choice.too_many.sse": ["choice.several", "choice.too_many"],
    "finish.missing.near.sse": ["stream.empty_delta"],
    "response.http_error.sse": ["response.http_error"],
    "stream.not_json.near.sse": ["stream.comment"],
    "stream.truncated.sse": ["stream.truncated", "stream.comment"],
  ]

  private static let plainRequest: RequestFacts = {
    guard let data = try? Data(contentsOf: folder.appending(path: "request.json")) else { return RequestFacts() }
    let bytes = Array(data)
    return (try? ChatRequest(reading: bytes.span))?.facts(in: bytes.span, caches: SchemaCaches()) ?? RequestFacts()
  }()

  static let request = plainRequest

  /// The request that this answers.
  var request: RequestFacts {
    var request = Self.plainRequest
    request.forbidsCalls = kind == .unwantedCall
    request.wantsUsage = kind == .missingUsage
    return request
  }

  var status: Int { kind == .httpError && !isNear ? 429 : 200 }

  /// What an observer says of it when it arrives in these pieces.
  func observe(_ pieces: [[UInt8]]) -> ResponseSummary {
    var observer = ResponseObserver(format: format, status: status, request: request)
    for piece in pieces { observer.feed(piece.span) }
    return observer.finish(.complete)
  }
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
