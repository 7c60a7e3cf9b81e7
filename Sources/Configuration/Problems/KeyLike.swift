// SPDX-License-Identifier: Apache-2.0

/// Whether a key may stand in `text`: PEM, or 20 characters in a row of the alphabets that keys are written in (base64,
/// hexadecimal and what vendors put between), unless they read as words or as a number with its unit: what is called
/// `chat_template_kwargs`, or `/var/lib/belay/certificates`, is to be told by its name.
func mayHoldKey(_ text: String) -> Bool {
  if text.contains("-----BEGIN") { return true }
  return text.utf8.split { !isKeyByte($0) }.contains { $0.count >= 20 && !isQuantity($0) && !readsAsWords($0) }
}

/// A name that the file chose, as messages may have it.
func shownName(_ name: String) -> String { mayHoldKey(name) ? "***" : name }

private func isKeyByte(_ byte: UInt8) -> Bool { isDigit(byte) || isLetter(byte) || "+/=_-".utf8.contains(byte) }

private func isQuantity(_ run: Substring.UTF8View) -> Bool {
  let unit = run.drop(while: isDigit)
  return unit.count <= 3 && unit.allSatisfy(isLetter)
}

/// Random text is not: it mixes cases, or has digits everywhere.
private func readsAsWords(_ run: Substring.UTF8View) -> Bool {
  let words = run.split { "/_-".utf8.contains($0) }
  return words.allSatisfy(isWord) && words.count { $0.contains(where: isDigit) } <= 3
}

/// Up to 14 letters of one case, the first of any, and a number of up to three digits; or a number of up to eight.
private func isWord(_ word: Substring.UTF8View) -> Bool {
  let letters = word.prefix(while: isLetter)
  let digits = word.dropFirst(letters.count)
  let isUpper: (UInt8) -> Bool = { $0 & 0x20 == 0 }
  let hasOneCase = letters.allSatisfy(isUpper) || !letters.dropFirst().contains(where: isUpper)
  return hasOneCase && letters.count <= 14 && digits.count <= (letters.isEmpty ? 8 : 3) && digits.allSatisfy(isDigit)
}
