// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import Testing

/// Which key exchanges vendors are offered: theirs over primes may be of 10,000 bits, a second each.
@Suite("Diffie-Hellman over primes") struct LongPrimesTests {
  /// What is offered where a system's policy allows `list`, but for TLS 1.3, and the lowest version of TLS.
  private func offered(of list: String?) throws -> (names: [String], version: Int) {
    guard let context = unsafe SSL_CTX_new(unsafe TLS_client_method()) else { throw CancellationError() }
    defer { unsafe SSL_CTX_free(context) }
    if let list {
      let isTaken = unsafe SSL_CTX_set_cipher_list(context, list)
      try #require(isTaken == 1)
    }
    unsafe belay_ssl_ctx_refuse_long_primes(context)
    let version = unsafe SSL_CTX_ctrl(context, SSL_CTRL_GET_MIN_PROTO_VERSION, 0, nil)
    guard let session = unsafe SSL_new(context) else { throw CancellationError() }
    defer { unsafe SSL_free(session) }
    var names: [String] = []
    while let name = unsafe SSL_get_cipher_list(session, CInt(names.count)) { names.append(unsafe String(cString: name)) }
    return (names.filter { !$0.hasPrefix("TLS_") }, version)
  }

  @Test("By default all but those are offered")
  func byDefault() throws {
    let names = try offered(of: nil).names
    #expect(names.contains("ECDHE-ECDSA-AES256-GCM-SHA384") && names.contains("AES128-SHA"))
    #expect(!names.contains { $0.hasPrefix("DHE-") })
  }

  @Test(
    "What a system's policy leaves out stays out",
    arguments: [
      ("ECDHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES128-GCM-SHA256", ["ECDHE-RSA-AES128-GCM-SHA256"]),
      ("DHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES256-GCM-SHA384", ["ECDHE-ECDSA-AES256-GCM-SHA384"]),
    ])
  func policy(list: String, expected: [String]) throws {
    #expect(try offered(of: list).names == expected)
  }

  @Test("Where a policy leaves nothing else, TLS 1.3 is spoken only")
  func nothingElse() throws {
    #expect(try offered(of: "DHE-RSA-AES128-GCM-SHA256").version == Int(TLS1_3_VERSION))
  }
}
