// SPDX-License-Identifier: Apache-2.0

extension ChunkHead {
  /// The fields there are, each with its value as JSON.
  var members: [(key: StaticString, json: [UInt8])] {
    let all: [(StaticString, [UInt8]?)] = [
      ("id", id), ("created", created), ("model", model), ("system_fingerprint", systemFingerprint),
    ]
    return all.compactMap { key, json in json.map { (key, $0) } }
  }
}
