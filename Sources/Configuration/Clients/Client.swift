// SPDX-License-Identifier: Apache-2.0

/// Somebody who may use this proxy, with a key of the proxy's own: vendors' keys stay on this machine.
package struct Client: Equatable, Sendable {
  /// How often: a bucket of `burst` requests that gains `perMinute` a minute.
  package struct Rate: Equatable, Sendable {
    package var perMinute: Int
    package var burst: Int

    package init(perMinute: Int, burst: Int? = nil) {
      self.perMinute = perMinute
      self.burst = burst ?? perMinute
    }
  }

  /// `^[a-z0-9][a-z0-9_-]{0,63}$`: it stands in the log.
  package let name: String
  /// SHA-256 of the key, 32 bytes. Keys are random (`belay key new`), so that no slow hash is needed: there is nothing to guess.
  package let keyDigest: [UInt8]
  /// The vendors that it may use. Nil: all.
  package var vendors: Set<String>?
  /// Nil: as often as it likes.
  package var rate: Rate?

  package init(name: String, keyDigest: [UInt8], vendors: Set<String>? = nil, rate: Rate? = nil) {
    self.name = name
    self.keyDigest = keyDigest
    self.vendors = vendors
    self.rate = rate
  }

  package func mayUse(_ vendor: Vendor) -> Bool { vendors?.contains(vendor.name) ?? true }
}

package enum ClientName {
  package static func isName(_ text: String) -> Bool { text.utf8.count <= 64 && VendorName.isName(text) }

  static func parse(_ text: String) throws(Complaint) -> String {
    guard isName(text) else {
      throw Complaint("is not a client's name", "use a-z, 0-9, - and _, first a letter or digit, at most 64")
    }
    return text
  }
}

enum KeyDigest {
  /// 64 hexadecimal digits. The complaint never quotes the text: it may be a key.
  static func parse(_ text: String) throws(Complaint) -> [UInt8] {
    let digits = text.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
    guard digits.count == 64, text.utf8.count == 64 else {
      throw Complaint(
        "is not a SHA-256: it must have 64 hexadecimal digits", "`belay key new NAME` makes a key and prints its hash")
    }
    return stride(from: 0, to: 64, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
  }
}
