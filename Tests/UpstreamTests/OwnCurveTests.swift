// SPDX-License-Identifier: Apache-2.0
import Foundation
import NIOCore
import Testing
import Upstream

/// Certificates whose keys bring their own curve, in the handshake of a vendor, or of somebody in its place.
@Suite("Own curves", .timeLimit(.minutes(1))) struct OwnCurveTests {
  /// 399 bytes that take OpenSSL 0.3 s to read: points that are compressed, over the prime 7 * 2^616 + 1, whose square roots are the
  /// dearest for their size.
  private static let certificate = [UInt8](
    Data(
      base64Encoded: """
        MIIBizCCAXCgAwIBAgIBAjAKBggqhkjOPQQDAjAMMQowCAYDVQQDDAFJMB4XDTI2MDEwMTAwMDAwMFoXDTM2MDEwMTAwMDAwMFow
        DDEKMAgGA1UEAwwBSTCCARwwgccGByqGSM49AgEwgbsCAQEwWQYHKoZIzj0BAQJOBwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
        AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABMAcEAQAEAgAJBE8CAAAAAAAAAAAAAAAA
        AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAgEDA1AAAgAA
        AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
        ADAKBggqhkjOPQQDAgMJADAGAgEBAgEB
        """, options: .ignoreUnknownCharacters) ?? Data())

  private static func framed(_ bytes: [UInt8], _ prefix: [UInt8] = []) -> [UInt8] {
    prefix + [UInt8(bytes.count >> 16), UInt8(bytes.count >> 8 & 255), UInt8(bytes.count & 255)] + bytes
  }

  private static func record(_ message: [UInt8]) -> [UInt8] {
    [22, 3, 3, UInt8(message.count >> 8), UInt8(message.count & 255)] + message
  }

  /// TLS 1.2, ECDHE-ECDSA-AES128-GCM-SHA256.
  private static let hello = framed(
    [3, 3] + [UInt8](repeating: 7, count: 32) + [0, 0xC0, 0x2B, 0, 0, 9, 0xFF, 1, 0, 1, 0, 0, 0x17, 0, 0], [2])

  @Test("are not read: others wait for none of it")
  func vendor() async throws {
    #expect(Self.certificate.count == 399)
    let list = Self.framed((0..<24).flatMap { _ in Self.framed(Self.certificate) })
    let answer = Self.record(Self.hello) + Self.record(Self.framed(list, [11]))
    try await ScriptedServer.run { connection in
      _ = try await connection.bytes(5)
      try await connection.send(answer)
      _ = await connection.waitForClose()
    } _: { server in
      try await withEngine { engine in
        let start = ContinuousClock.now
        let error = await engine.failure(of: UpstreamRequest(method: "GET", url: "https://127.0.0.1:\(server.port)/"))
        #expect(error?.kind == .tls, "\(error?.message ?? "")")
        // 7 s where they are read.
        #expect(ContinuousClock.now - start < .seconds(3))
      }
    }
  }
}
