// SPDX-License-Identifier: Apache-2.0

/// Private keys as PEM writes them (RFC 7468), which agents read out of files: their lines, whatever stands between these. A line is
/// found wherever it is repeated, and however its end is escaped there.
enum PrivateKeys {
  private static let begin = Array("-----BEGIN ".utf8)
  private static let end = Array("-----END".utf8)
  /// `OPENSSH PRIVATE KEY-----`, `PGP PRIVATE KEY BLOCK-----`
  private static let longestLabel = 40
  /// Of a last line less may be left, which says nothing of a key.
  private static let shortestLine = 16

  static func lines(in text: [UInt8]) -> Set<String> {
    var found: Set<String> = []
    var position = 0
    while let start = next(begin, in: text[...], from: position) {
      position = start + begin.count
      guard next(Array("PRIVATE KEY".utf8), in: text[..<min(position + longestLabel, text.count)], from: position) != nil else { continue }
      position = next(end, in: text[...], from: position) ?? text.count
      take(text[start + begin.count..<position], into: &found)
    }
    return found
  }

  private static func next(_ word: [UInt8], in text: ArraySlice<UInt8>, from start: Int) -> Int? {
    var start = start
    while let place = text[start...].firstIndex(of: word[0]) {
      if text[place...].starts(with: word) { return place }
      start = place + 1
    }
    return nil
  }

  private static func take(_ text: ArraySlice<UInt8>, into found: inout Set<String>) {
    var line: [UInt8] = []
    var place = text.startIndex
    func close() {
      if line.count >= shortestLine { found.insert(String(decoding: line, as: UTF8.self)) }
      line.removeAll(keepingCapacity: true)
    }
    while place < text.endIndex {
      let byte = text[place]
      place += 1
      if isBase64(byte) {
        line.append(byte)
      } else if byte == UInt8(ascii: "\\"), place < text.endIndex {
        // Of a writer that escapes `/`: the search knows both forms.
        if text[place] == UInt8(ascii: "/") { continue }
        close()
        // The letter of an escape is none of the key's.
        if text[place] != byte { place = min(place + (text[place] == UInt8(ascii: "u") ? 5 : 1), text.endIndex) }
      } else if byte == UInt8(ascii: "%") {
        close()
        place = min(place + 2, text.endIndex)
      } else {
        close()
      }
    }
    close()
  }

  private static func isBase64(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF) || "+/=".utf8.contains(byte)
  }
}
