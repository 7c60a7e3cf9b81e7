// SPDX-License-Identifier: Apache-2.0
package import Fidelity
import Foundation
import Inspection
package import NIOCore
import Store

/// Recorded answers in a reference's place, found by what was asked: official models get retired, their answers stay.
package struct Baseline: Sendable, Equatable {
  /// By ``ChatRequest/questionHash(in:)``; of several answers to one question the first counts.
  package private(set) var answers: [UInt64: Side] = [:]

  package init() {}

  /// Reads a file of K2VV's results, or the exchanges of a store.
  ///
  /// - Throws: what the file system or the store says.
  package init(path: String) async throws {
    let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
    let isStore = try file.read(upToCount: 15) == Data("SQLite format 3".utf8)
    try file.close()
    if isStore {
      try await addExchanges(of: StoreReader(path: path))
    } else {
      try addResults(Array(Data(contentsOf: URL(fileURLWithPath: path))))
    }
  }

  package mutating func add(_ request: [UInt8], _ side: Side) {
    guard side.finish != .none, let question = Self.question(request.span), answers[question] == nil else { return }
    answers[question] = side
  }

  package func answer(to body: ByteBuffer) -> Side? {
    Self.question(body.readableBytesUInt8Span).flatMap { answers[$0] }
  }

  private static func question(_ bytes: borrowing Span<UInt8>) -> UInt64? {
    guard let request = try? ChatRequest(reading: bytes) else { return nil }
    return request.questionHash(in: bytes)
  }
}
