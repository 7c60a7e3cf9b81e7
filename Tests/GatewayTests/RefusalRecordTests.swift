// SPDX-License-Identifier: Apache-2.0
import Configuration
import Gateway
import NIOCore
import Testing
import Upstream

struct RefusalRecordTests {
  @Test("what the client got where no vendor's answer was good enough is this proxy's own error")
  func ownError() throws {
    var configuration = BelayConfiguration(vendors: [Vendor(name: "v", baseURL: "http://vendor.test/v1")])
    configuration.recording = Recording(path: "/nowhere/belay.sqlite")
    let context = Exchange.Context(configuration)
    let head = Exchange.RequestHead(method: "POST", target: "/v1/chat/completions", headers: [])
    var exchange = Exchange(head, id: "id", context: context, memory: Exchange.Memory(context.lasting), at: 0)
    _ = exchange.requestHead(head, at: 0)
    _ = exchange.requestBody(ByteBuffer(string: ExchangeTests.mangled), at: 1)
    guard case .call = exchange.requestEnd(at: 2),
      case .refuse(let error, let record) = exchange.vendorFailed(UpstreamError(.reset, "it closed"), at: 3)
    else { throw ExchangeTests.Unexpected() }
    #expect(record.bodies?.response == error.body && record.responseBytes == 0)
  }
}
