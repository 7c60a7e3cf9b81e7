// SPDX-License-Identifier: Apache-2.0
import JSON

/// Whether `earlier` is what `later` was while it was still being written, with its brackets closed (R48, R49): the same
/// values in the same order, fewer of them, and only the last one may be unfinished. `{}` is a snapshot of any object.
/// Takes time for `earlier` only, however long `later` is.
func isSnapshot(_ earlier: JSONValue, of later: JSONValue) -> Bool {
  switch likeness(earlier, later) {
  case .same, .unfinished: true
  case .reordered, .none: false
  }
}

/// What can be a snapshot or have some. Nil when the text is no JSON, or has a key twice in one object.
func snapshotValue(_ text: [UInt8]) -> JSONValue? {
  let text = escapingControlCharacters(text)
  return hasRepeatedKey(text) ? nil : try? JSONValue(parsing: text)
}

private enum Likeness {
  case same
  /// Equal, but for the order of the object's own members.
  case reordered
  case unfinished
  case none
}

private func likeness(_ earlier: JSONValue, _ later: JSONValue) -> Likeness {
  switch (earlier, later) {
  case (.object(let earlier), .object(let later)):
    guard earlier.count <= later.count else { return .none }
    for (number, pair) in zip(earlier.members, later.members).enumerated() {
      guard pair.0.key == pair.1.key else {
        // Those before are equal. They are not compared again: each may hold another such object.
        return isEqual(earlier.members[number...], later.members[number...]) ? .reordered : .none
      }
      switch likeness(pair.0.value, pair.1.value) {
      case .same, .reordered: continue
      case .unfinished: return number == earlier.count - 1 ? .unfinished : .none
      case .none: return .none
      }
    }
    return earlier.count == later.count ? .same : .unfinished
  case (.array(let earlier), .array(let later)):
    guard earlier.count <= later.count else { return .none }
    for (number, pair) in zip(earlier, later).enumerated() {
      switch likeness(pair.0, pair.1) {
      case .same, .reordered: continue
      case .unfinished: return number == earlier.count - 1 ? .unfinished : .none
      case .none: return .none
      }
    }
    return earlier.count == later.count ? .same : .unfinished
  case (.string(let earlier), .string(let later)):
    return earlier == later ? .same : later.utf8.starts(with: earlier.utf8) ? .unfinished : .none
  case (.number(let earlier), .number(let later)):
    if earlier == later { return .same }
    // Further digits; an exponent would make another number of them.
    let isLonger =
      later.text.hasPrefix(earlier.text)
      && later.text.utf8.dropFirst(earlier.text.utf8.count).allSatisfy { $0.isDigit || $0 == UInt8(ascii: ".") }
    return isLonger ? .unfinished : .none
  default:
    return earlier == later ? .same : .none
  }
}

/// As `==` for members of objects without a key twice, but done at once where one has more of them than the other.
private func isEqual(_ one: ArraySlice<JSONObject.Member>, _ other: ArraySlice<JSONObject.Member>) -> Bool {
  guard one.count == other.count else { return false }
  let values = Dictionary(other.map { ($0.key, $0.value) }) { _, last in last }
  return one.allSatisfy { key, value in values[key].map { isEqual(value, $0) } ?? false }
}

private func isEqual(_ one: JSONValue, _ other: JSONValue) -> Bool {
  switch (one, other) {
  case (.object(let one), .object(let other)): isEqual(one.members[...], other.members[...])
  case (.array(let one), .array(let other)): one.count == other.count && zip(one, other).allSatisfy { isEqual($0, $1) }
  default: one == other
  }
}
