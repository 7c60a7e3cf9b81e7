// SPDX-License-Identifier: Apache-2.0
import Gateway
import NIOCore
import Testing
import Upstream

/// What is recorded where this proxy ends an exchange, by value.
struct CutOffTests {
  private static func answering() throws -> Exchange {
    var (exchange, _) = try ExchangeTests.called()
    _ = exchange.vendorHead(ExchangeTests.head(200, [("Content-Type", "text/event-stream")]), at: 3)
    let event = #"data: {"choices":[{"index":0,"delta":{"content":"a story"}}]}"# + "\n\n"
    _ = exchange.vendorBody(ByteBuffer(string: event), at: 4)
    return exchange
  }

  @Test("before its answer a client is told, at whatever stage its request is")
  func unanswered() throws {
    let (collecting, _) = ExchangeTests.start()
    let (calling, _) = try ExchangeTests.called()
    for exchange in [collecting, calling] {
      var exchange = exchange
      guard case .refuse(let error, let record) = exchange.cutOff(by: .draining, at: 5) else { throw ExchangeTests.Unexpected() }
      #expect(error.status == 503 && error.isRetryable)
      #expect(record.outcome == .refused && record.error == "draining" && record.fault == .belay && record.nanosecondsTotal == 5)
      #expect(exchange.vendorHead(ExchangeTests.head(200, []), at: 6).name == "none")
      #expect(exchange.cutOff(by: .draining, at: 7).name == "none")
    }
  }

  @Test("an answer that is cut is not said to be left by its client, nor is the vendor blamed for what it lacks")
  func answered() throws {
    var exchange = try Self.answering()
    guard case .abort(let record) = exchange.cutOff(by: .draining, at: 5) else { throw ExchangeTests.Unexpected() }
    #expect(record.outcome == .broken && record.error == "draining" && record.fault == .belay)
    #expect(!record.findingCodes.contains("stream.truncated") && record.status == 200 && record.responseBytes > 0)
    #expect(exchange.clientGone(at: 6).name == "none")

    var cutByVendor = try Self.answering()
    guard case .abort(let record) = cutByVendor.vendorFailed(UpstreamError(.truncated, "closed"), at: 5) else { throw ExchangeTests.Unexpected() }
    #expect(record.findingCodes.contains("stream.truncated"))
  }
}
