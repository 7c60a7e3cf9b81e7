// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import NIOCore
import NIOEmbedded
import TLS
import Testing

/// A record may come in parts, and nothing of it can be read before the last.
extension HandlerTests {
  @Test("that a part of a record came is told, at whatever byte it ends", arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
  func partOfRecord(version: Int32) throws {
    let setup = try Setup(version: version).connected()
    #expect(setup.inner.buffers == 0)
    let request = [UInt8](repeating: 7, count: 3000)
    for cut in [1, 4, 5, 6, 100, 3000] {
      (setup.inner.received, setup.inner.buffers) = ([], 0)
      setup.client.write(request)
      var bytes = setup.client.bytesOut
      try setup.channel.writeInbound(bytes.readSlice(length: cut))
      #expect(setup.inner.buffers == 1 && setup.inner.received.isEmpty, "\(cut)")
      try setup.channel.writeInbound(bytes)
      #expect(setup.inner.buffers == 2 && setup.inner.received == request, "\(cut)")
    }
  }

  @Test("of a whole record without a request's bytes nothing is told")
  func wholeRecord() throws {
    let setup = try Setup().connected()
    setup.client.updateKeys()
    try setup.exchange()
    #expect(setup.inner.buffers == 0)
    setup.client.write([1])
    try setup.exchange()
    #expect(setup.inner.buffers == 1 && setup.inner.received == [1])
  }

  @Test("a part of the first request that comes with the end of the handshake is told")
  func partWithHandshake() throws {
    let setup = try Setup()
    setup.client.step()
    try setup.channel.writeInbound(setup.client.bytesOut)
    setup.collect()
    for bytes in setup.writes { setup.client.take(bytes) }
    setup.client.write(Array("GET".utf8))
    var bytes = setup.client.bytesOut
    try setup.channel.writeInbound(bytes.readSlice(length: bytes.readableBytes - 1))
    #expect(setup.outcomes == [.completed(version: "1.3")] && setup.inner.buffers == 1 && setup.inner.received.isEmpty)
    try setup.channel.writeInbound(bytes)
    #expect(setup.inner.received == Array("GET".utf8))
  }
}
