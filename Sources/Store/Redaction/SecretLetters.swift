// SPDX-License-Identifier: Apache-2.0

/// How many bytes of a secret are written otherwise somewhere.
struct SecretLetters {
  private var count = 0
  private(set) var tildes = 0
  private(set) var solidi = 0
  /// What a JSON string has to escape.
  private(set) var quoted = 0
  /// What `encodeURIComponent` leaves as it is, beside what is unreserved.
  private(set) var marks = 0
  /// What URLs escape, the solidus and the marks among it.
  private(set) var reserved = 0
  private(set) var hasHexLetters = false
  /// What forms write as `+`.
  private(set) var blanks = 0
  private(set) var hasWide = false

  init(_ secret: some Sequence<UInt8>) {
    for byte in secret {
      count += 1
      if Self.isUnreserved(byte) {
        if byte == UInt8(ascii: "~") { tildes += 1 }
        continue
      }
      reserved += 1
      if byte & 15 > 9 || byte >> 4 > 9 { hasHexLetters = true }
      if byte >= 0x80 { hasWide = true }
      switch byte {
      case UInt8(ascii: "/"): solidi += 1
      case UInt8(ascii: " "): blanks += 1
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), 0..<0x20: quoted += 1
      default: if Self.isMark(byte) { marks += 1 }
      }
    }
  }

  /// Whether it is the same in each form.
  var isPlain: Bool { reserved + tildes == 0 }

  /// The bytes of all forms, about. What a form costs beside its bytes is what some dozens of them do.
  var cost: Int {
    var cost = 0
    func add(_ more: Int, forms: Int = 1) { cost += forms * (count + 80) + more }
    add(0)
    if tildes + solidi > 0 { add(tildes + solidi) }
    if quoted > 0 { add(4 * quoted, forms: 3) }
    if solidi > 0 { add(7 * quoted + 6 * solidi, forms: 3) }
    if solidi > 0, quoted > 0 { add(3 * quoted + solidi) }
    guard reserved > 0 else { return cost }
    for _ in 0..<(hasHexLetters ? 2 : 1) {
      add(2 * reserved)
      if marks > 0 { add(2 * (reserved - marks)) }
      if solidi > 0 { add(2 * (reserved - solidi)) }
      if blanks > 0 { add(2 * (reserved - blanks)) }
    }
    return cost
  }

  /// RFC 3986 section 2.3.
  static func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"): true
    default: false
    }
  }

  static func isMark(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "!"), UInt8(ascii: "'"), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "*"): true
    default: false
    }
  }
}
