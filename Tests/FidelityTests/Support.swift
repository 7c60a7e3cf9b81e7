// SPDX-License-Identifier: Apache-2.0
import Foundation
import JSON

/// SplitMix64. All tests of a run begin with one seed, which is printed; BELAY_SEED repeats the run.
struct SeededRandom: RandomNumberGenerator {
  static let seed: UInt64 = {
    let given = ProcessInfo.processInfo.environment["BELAY_SEED"].flatMap { UInt64($0) }
    let seed = given ?? .random(in: 0..<1 << 32)
    print("FidelityTests: BELAY_SEED=\(seed)")
    return seed
  }()

  private var state: UInt64

  /// Streams with different numbers are independent.
  init(stream: Int = 0) {
    state = Self.seed &+ UInt64(bitPattern: Int64(stream)) &* 0xD134_2543_DE82_EF95
    state = next()
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }

  mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<max(bound, 1), using: &self) }
  /// Whether something of this chance happens.
  mutating func happens(_ chance: Double) -> Bool { Double(next() >> 11) * 0x1p-53 < chance }
}

let isLongRun = ProcessInfo.processInfo.environment["BELAY_LONG_TESTS"] != nil

/// Figures made by `Tests/oracles/fidelity_oracle.py`.
enum Oracle {
  private static let all: JSONValue = {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/oracle.json")
    guard let data = try? Data(contentsOf: file), let value = try? JSONValue(parsing: [UInt8](data)) else {
      return .null
    }
    return value
  }()

  /// The cases of a function: arguments, then values.
  static func cases(_ name: String) -> [[Double]] {
    (all[JSONString(name)]?.array ?? []).map { ($0.array ?? []).compactMap(\.double) }
  }
}

/// Whether the values are equal within `tolerance` of the larger, or within 1e-15.
func isClose(_ left: Double, _ right: Double, _ tolerance: Double = 1e-12) -> Bool {
  abs(left - right) <= max(tolerance * max(abs(left), abs(right)), 1e-15)
}

/// Test data beside the repository, which is not part of it.
enum SharedData {
  static let folder: URL = {
    if let given = ProcessInfo.processInfo.environment["BELAY_SHARED_DATA"] { return URL(filePath: given) }
    let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return repository.deletingLastPathComponent().appending(path: "shared/data")
  }()

  static func has(_ name: String) -> Bool {
    FileManager.default.isReadableFile(atPath: folder.appending(path: name).path())
  }

  static func lines(_ name: String) -> [String] {
    guard let data = try? Data(contentsOf: folder.appending(path: name)) else { return [] }
    return data.split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
      .map { String(decoding: $0, as: UTF8.self) }
  }
}
