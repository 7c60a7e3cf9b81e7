// SPDX-License-Identifier: Apache-2.0
import JSON

/// What stands around the choices of a response's first chunk, for chunks of our own that go on with it. Each field is raw
/// JSON, as the vendor wrote it (`"chatcmpl-1"`, `1758904953`); `nil` where it is missing.
package struct ChunkHead: Equatable, Sendable {
  private var bytes: [UInt8] = []
  private var ranges: [4 of Range<Int>?] = .init(repeating: nil)

  /// A longer field counts as missing: it would stand in every chunk of our own.
  private static let limit = 1024

  init(of index: borrowing JSONIndex, in payload: borrowing Span<UInt8>) {
    for (key, value) in index.members(index.root) {
      let key = WireKey(key, in: index)
      if key.is("id", index, payload) {
        keep(payload.extracting(index.range(value)), as: 0)
      } else if key.is("created", index, payload) {
        keep(payload.extracting(index.range(value)), as: 1)
      } else if key.is("model", index, payload) {
        keep(payload.extracting(index.range(value)), as: 2)
      } else if key.is("system_fingerprint", index, payload) {
        keep(payload.extracting(index.range(value)), as: 3)
      }
    }
  }

  package var id: [UInt8]? { field(0) }
  package var created: [UInt8]? { field(1) }
  package var model: [UInt8]? { field(2) }
  package var systemFingerprint: [UInt8]? { field(3) }

  private mutating func keep(_ value: borrowing Span<UInt8>, as field: Int) {
    guard value.count <= Self.limit else { return }
    if bytes.isEmpty { bytes.reserveCapacity(128) }
    let start = bytes.count
    bytes.append(value)
    ranges[field] = start..<bytes.count
  }

  private func field(_ number: Int) -> [UInt8]? { ranges[number].map { Array(bytes[$0]) } }

  package static func == (one: ChunkHead, other: ChunkHead) -> Bool {
    one.id == other.id && one.created == other.created && one.model == other.model
      && one.systemFingerprint == other.systemFingerprint
  }
}
