// SPDX-License-Identifier: Apache-2.0
import Upstream

/// Undoes the content coding of a response (RFC 9110 §8.4). None is asked for, but some vendors' front ends compress all the same,
/// and K2VV's client reads that.
struct ContentDecoder {
  private enum State {
    case unknown, plain
    case compressed(Inflater)
  }

  private var state = State.unknown

  /// Hands on what the bytes are, piece by piece, for as long as it is wanted.
  mutating func decode(_ bytes: [UInt8], of head: UpstreamHead, _ take: ([UInt8]) -> Bool) throws(Failure) {
    if case .unknown = state { state = try Self.begin(head.headers["content-encoding"]) }
    guard case .compressed(let inflater) = state else {
      _ = take(bytes)
      return
    }
    do {
      inflater.append(bytes)
      while let piece = try inflater.next(), take(piece) {}
    } catch {
      throw Failure(type: "DecodingError", message: "the answer says that it is compressed, and its data is damaged")
    }
  }

  private static func begin(_ coding: String?) throws(Failure) -> State {
    switch coding?.lowercased() {
    case nil, "", "identity": return .plain
    case "gzip", "x-gzip", "deflate":
      do {
        return .compressed(try Inflater(takesZlib: true))
      } catch {
        throw Failure(type: "APIError", message: "no memory to uncompress the answer")
      }
    case let coding?:
      throw Failure(type: "APIError", message: "the answer is compressed as '\(coding.prefix(40))', which was not asked for")
    }
  }
}
