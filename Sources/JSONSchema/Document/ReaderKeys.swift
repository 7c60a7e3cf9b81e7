// SPDX-License-Identifier: Apache-2.0

// Duplicate keys: RFC 8259 leaves them open; Python, JavaScript and Go let the last one win, and so does every verdict here.
extension Reader {
  /// Marks an earlier member of a small object whose key is that of row `key`.
  mutating func shadowEarlier(_ bytes: borrowing Span<UInt8>, of object: Int, key: Int) {
    var row = object + 1
    while row < key {
      if nodes[row].hash == nodes[key].hash, !nodes[row].flags.contains(.shadowed), sameKey(bytes, row, key) {
        shadow(row, in: object)
        return
      }
      let value = nodes[row + 1]
      row = value.kind.rawValue <= Kind.array.rawValue ? value.past : row + 2
    }
  }

  /// Marks every member of a large object whose key comes again. By sorting, so that no choice of keys makes it slow: first by
  /// their hashes alone, which takes linear time and reads no key, and then by text what has one hash.
  mutating func shadowDuplicates(_ bytes: borrowing Span<UInt8>, of object: Int) {
    var keys: [UInt64] = []
    keys.reserveCapacity(nodes[object].count)
    var row = object + 1
    let end = nodes[object].past
    while row < end {
      if !nodes[row].flags.contains(.shadowed) { keys.append(UInt64(nodes[row].hash) << 32 | UInt64(row)) }
      let value = nodes[row + 1]
      row = value.kind.rawValue <= Kind.array.rawValue ? value.past : row + 2
    }
    sortByHash(&keys)
    var start = 0
    while start < keys.count {
      var next = start + 1
      while next < keys.count, keys[next] >> 32 == keys[start] >> 32 { next += 1 }
      if next - start > 1 { shadowDuplicates(bytes, among: keys[start..<next].map { Int32(truncatingIfNeeded: $0) }, of: object) }
      start = next
    }
  }

  /// The same for keys of one hash, in the order of the document: nearly always one key that comes again.
  private mutating func shadowDuplicates(_ bytes: borrowing Span<UInt8>, among rows: [Int32], of object: Int) {
    var rows = rows
    var isOneKey = true
    for row in rows.dropFirst() where !sameKey(bytes, Int(rows[0]), Int(row)) {
      isOneKey = false
      break
    }
    if !isOneKey { sortKeys(&rows, bytes) }
    for index in rows.indices.dropLast() {
      let (one, next) = (Int(rows[index]), Int(rows[index + 1]))
      if isOneKey || sameKey(bytes, one, next) { shadow(one, in: object) }
    }
  }

  /// Radix sort by the upper half, a byte at a time from the lowest: stable, and the same time for all hashes.
  private func sortByHash(_ keys: inout [UInt64]) {
    var other = keys
    for shift in stride(from: UInt64(32), to: 64, by: 8) {
      var places = [Int](repeating: 0, count: 257)
      for key in keys { places[Int(key >> shift & 0xFF) + 1] += 1 }
      for byte in 1...256 { places[byte] += places[byte - 1] }
      for key in keys {
        let byte = Int(key >> shift & 0xFF)
        other[places[byte]] = key
        places[byte] += 1
      }
      swap(&keys, &other)
    }
  }

  private mutating func shadow(_ row: Int, in object: Int) {
    nodes[row].flags.insert(.shadowed)
    nodes[object].b &-= 1
    oddities.insert(.duplicateKey)
  }

  private func sameKey(_ bytes: borrowing Span<UInt8>, _ left: Int, _ right: Int) -> Bool {
    let (one, other) = (nodes[left].text, nodes[right].text)
    guard one.count == other.count else { return false }
    for offset in 0..<one.count
    where byte(bytes, one.lowerBound + offset) != byte(bytes, other.lowerBound + offset) {
      return false
    }
    return true
  }

  /// A byte of a text, which lies in the document or, past its padding, among the decoded ones.
  @inline(__always)
  private func byte(_ bytes: borrowing Span<UInt8>, _ at: Int) -> UInt8 {
    at < length ? bytes[at] : decoded[at - length - padding]
  }

  /// Bottom-up merge sort by text and place: its time does not depend on the keys, and a span cannot be captured.
  private func sortKeys(_ keys: inout [Int32], _ bytes: borrowing Span<UInt8>) {
    var width = 1
    var other = keys
    while width < keys.count {
      var start = 0
      while start < keys.count {
        let middle = min(start + width, keys.count)
        let end = min(start + 2 * width, keys.count)
        var (left, right) = (start, middle)
        for out in start..<end {
          let takeLeft = left < middle && (right == end || !precedes(bytes, keys[right], keys[left]))
          other[out] = keys[takeLeft ? left : right]
          if takeLeft { left += 1 } else { right += 1 }
        }
        start = end
      }
      swap(&keys, &other)
      width *= 2
    }
  }

  private func precedes(_ bytes: borrowing Span<UInt8>, _ left: Int32, _ right: Int32) -> Bool {
    let (one, other) = (nodes[Int(left)], nodes[Int(right)])
    if one.text.count != other.text.count { return one.text.count < other.text.count }
    for offset in 0..<one.text.count {
      let (a, b) = (byte(bytes, one.text.lowerBound + offset), byte(bytes, other.text.lowerBound + offset))
      if a != b { return a < b }
    }
    return false
  }
}
