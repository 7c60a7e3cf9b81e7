// SPDX-License-Identifier: Apache-2.0
import JSON

/// Taking secrets out of what a body says.
extension MessageTexts {
  /// What only one piece says, a search of the body finds.
  func hasSecret(of secrets: SecretSearch) -> Bool {
    hasTooMany || texts.contains { $0.pieces.count > 1 && secrets.occurs(in: $0.bytes.span) }
  }

  /// What has to change in the body so that no text has a secret: the mark stands where one begins.
  func edits(_ secrets: SecretSearch) -> [JSONEdit] {
    var edits: [JSONEdit] = []
    for text in texts where text.pieces.count > 1 {
      let ranges = secrets.ranges(in: text.bytes.span)
      if !ranges.isEmpty { Self.append(ranges, of: text, to: &edits) }
    }
    return Self.apart(edits)
  }

  /// Those, and nothing of what says the answer once more in tokens.
  func withoutTokens(_ edits: [JSONEdit]) -> [JSONEdit] {
    Self.apart(tokens.map { JSONEdit(range: $0, replacement: Array("null".utf8)) } + edits)
  }

  var hasTokens: Bool { !tokens.isEmpty }

  /// Several texts may have pieces in one string, or in one event that goes as a whole: where they differ, all of it goes.
  private static func apart(_ edits: [JSONEdit]) -> [JSONEdit] {
    let inOrder = edits.sorted { ($0.range.lowerBound, $1.range.upperBound) < ($1.range.lowerBound, $0.range.upperBound) }
    return inOrder.reduce(into: []) { kept, edit in
      guard let last = kept.last, edit.range.lowerBound < last.range.upperBound else { return kept.append(edit) }
      if edit.range == last.range, edit.replacement != last.replacement, last.replacement != Array("null".utf8) {
        kept[kept.count - 1] = JSONEdit(range: edit.range, replacement: JSONWriter.bytes(of: JSONValue(Redaction.mark)))
      }
    }
  }

  private static func append(_ ranges: [Range<Int>], of text: Text, to edits: inout [JSONEdit]) {
    var next = 0
    for (number, piece) in text.pieces.enumerated() {
      let end = number + 1 < text.pieces.count ? text.pieces[number + 1].start : text.bytes.count
      while next < ranges.count, ranges[next].upperBound <= piece.start { next += 1 }
      guard next < ranges.count, ranges[next].lowerBound < end else { continue }
      var kept: [UInt8] = []
      var place = piece.start
      for range in ranges[next...].prefix(while: { $0.lowerBound < end }) {
        if range.lowerBound >= piece.start {
          kept += text.bytes[place..<range.lowerBound]
          kept += Redaction.mark.utf8
        }
        place = min(range.upperBound, end)
      }
      kept += text.bytes[place..<end]
      let replacement = JSONString(utf8: piece.isExact ? kept : Array(Redaction.mark.utf8))
      edits.append(JSONEdit(range: piece.range, replacement: JSONWriter.bytes(of: .string(replacement))))
    }
  }
}
