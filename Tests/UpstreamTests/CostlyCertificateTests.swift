// SPDX-License-Identifier: Apache-2.0
import Foundation
import NIOCore
import Testing
import Upstream

/// Certificates that OpenSSL takes seconds for before it verifies anything, in the handshake of a vendor, or of somebody in its place.
@Suite("Costly certificates", .timeLimit(.minutes(1))) struct CostlyCertificateTests {
  /// 399 bytes that take OpenSSL 0.3 s to read: points that are compressed, over the prime 7 * 2^616 + 1, whose square roots are the
  /// dearest for their size.
  private static let ownCurve = [UInt8](
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

  /// A value of DER.
  private static func der(_ tag: UInt8, _ parts: [UInt8]...) -> [UInt8] {
    let content = parts.flatMap { $0 }
    let count = content.count
    let length = count < 128 ? [UInt8(count)] : count < 256 ? [0x81, UInt8(count)] : [0x82, UInt8(count >> 8), UInt8(count & 255)]
    return [tag] + length + content
  }

  /// 31 KB: 2,600 points where lists of what is revoked are, each relative to an issuer's name of 2,300 parts. Each point gets a copy of
  /// that name: 5 s and 740 MB.
  private static let relativePoints: [UInt8] = {
    let algorithm = der(0x30, der(6, [0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, 3, 2]))
    let part = der(0x30, der(6, [0x2A]), der(12))
    let issuer = der(0x30, der(0x31, (0..<2300).flatMap { _ in part }))
    let name = der(0x30, der(0x31, der(0x30, der(6, [0x55, 4, 3]), der(12, [0x61]))))
    let time = der(0x30, der(23, Array("260101000000Z".utf8)), der(23, Array("360101000000Z".utf8)))
    // The generator of P-256.
    let point = "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
      + "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
    let digits = Array(point.utf8).map { $0 < 0x3A ? $0 - 0x30 : $0 - 0x57 }
    let bytes = stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    let onP256 = der(0x30, der(6, [0x2A, 0x86, 0x48, 0xCE, 0x3D, 2, 1]), der(6, [0x2A, 0x86, 0x48, 0xCE, 0x3D, 3, 1, 7]))
    let key = der(0x30, onP256, der(3, [0], bytes))
    let points = der(0x30, (0..<2600).flatMap { _ in der(0x30, der(0xA0, der(0xA1))) })
    let extensions = der(0xA3, der(0x30, der(0x30, der(6, [0x55, 0x1D, 0x1F]), der(4, points))))
    let signed = der(0x30, der(0xA0, der(2, [2])), der(2, [1]), algorithm, issuer, time, name, key, extensions)
    return der(0x30, signed, algorithm, der(3, [0], der(0x30, der(2, [1]), der(2, [1]))))
  }()

  /// TLS 1.2, ECDHE-ECDSA-AES128-GCM-SHA256.
  private static let hello = framed(
    [3, 3] + [UInt8](repeating: 7, count: 32) + [0, 0xC0, 0x2B, 0, 0, 9, 0xFF, 1, 0, 1, 0, 0, 0x17, 0, 0], [2])

  @Test("are not read: others wait for none of it", arguments: [[[UInt8]](repeating: ownCurve, count: 24), [relativePoints]])
  func vendor(certificates: [[UInt8]]) async throws {
    let list = Self.framed(certificates.flatMap { Self.framed($0) })
    let message = Self.framed(list, [11])
    let pieces = stride(from: 0, to: message.count, by: 16_000).map { Array(message[$0...].prefix(16_000)) }
    let answer = Self.record(Self.hello) + pieces.flatMap(Self.record)
    try await ScriptedServer.run { connection in
      _ = try await connection.bytes(5)
      try await connection.send(answer)
      _ = await connection.waitForClose()
    } _: { server in
      try await withEngine { engine in
        let start = ContinuousClock.now
        let error = await engine.failure(of: UpstreamRequest(method: "GET", url: "https://127.0.0.1:\(server.port)/"))
        #expect(error?.kind == .tls, "\(error?.message ?? "")")
        // 5 s and more where they are read.
        #expect(ContinuousClock.now - start < .seconds(3))
      }
    }
  }
}
