// SPDX-License-Identifier: Apache-2.0
import JSON

/// Whether `earlier` is what `later` was while it was still being written, with its brackets closed (R48, R49): the same
/// values in the same order, fewer of them, and only the last one may be unfinished. `{}` is a snapshot of any object.
/// False when either is no JSON, or has a key twice in one object.
func isSnapshot(_ earlier: [UInt8], of later: [UInt8]) -> Bool {
  let (earlier, later) = (escapingControlCharacters(earlier), escapingControlCharacters(later))
  guard !hasRepeatedKey(earlier), !hasRepeatedKey(later), let earlier = try? JSONValue(parsing: earlier),
    let later = try? JSONValue(parsing: later)
  else { return false }
  return isSnapshot(earlier, of: later)
}

func isSnapshot(_ earlier: JSONValue, of later: JSONValue) -> Bool {
  switch (earlier, later) {
  case (.object(let earlier), .object(let later)):
    guard earlier.count <= later.count else { return false }
    let pairs = zip(earlier.members, later.members)
    return pairs.enumerated().allSatisfy { number, pair in
      pair.0.key == pair.1.key
        && (pair.0.value == pair.1.value || number == earlier.count - 1 && isSnapshot(pair.0.value, of: pair.1.value))
    }
  case (.array(let earlier), .array(let later)):
    guard earlier.count <= later.count else { return false }
    return zip(earlier, later).enumerated().allSatisfy { number, pair in
      pair.0 == pair.1 || number == earlier.count - 1 && isSnapshot(pair.0, of: pair.1)
    }
  case (.string(let earlier), .string(let later)):
    return later.utf8.starts(with: earlier.utf8)
  case (.number(let earlier), .number(let later)):
    // Further digits; an exponent would make another number of them.
    return later.text.hasPrefix(earlier.text)
      && later.text.utf8.dropFirst(earlier.text.utf8.count).allSatisfy { $0.isDigit || $0 == UInt8(ascii: ".") }
  default:
    return earlier == later
  }
}
