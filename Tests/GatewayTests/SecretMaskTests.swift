// SPDX-License-Identifier: Apache-2.0
import NIOCore
import Testing

import Gateway

@Suite struct SecretMaskTests {
  private static let secrets = ["sk-sk-vendor-1", "another-key"].map { Array($0.utf8) }

  @Test(
    "keys become stars of their length, at any cut; what only begins like one stays",
    arguments: [
      ("no key", "no key"), ("Incorrect API key: sk-sk-vendor-1.", "Incorrect API key: **************."), ("sk-sk-vendor-1", "**************"),
      ("sk-sk-sk-vendor-1 another-key", "sk-************** ***********"), ("sk-sk-vendor-", "sk-sk-vendor-"), ("another-ke", "another-ke"),
      ("sk-sk-vendor-1sk-sk-vendor-1", "****************************"), ("", ""),
    ])
  func cuts(text: String, masked: String) {
    let bytes = Array(text.utf8)
    for step in 1...max(bytes.count, 1) {
      var mask = SecretMask(Self.secrets)
      var out = ByteBuffer()
      for start in stride(from: 0, to: bytes.count, by: step) {
        out.writeImmutableBuffer(mask.mask(ByteBuffer(bytes: bytes[start..<min(start + step, bytes.count)])))
      }
      out.writeImmutableBuffer(mask.end())
      #expect(String(buffer: out) == masked, "in steps of \(step)")
    }
  }
}
