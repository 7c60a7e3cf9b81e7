// SPDX-License-Identifier: Apache-2.0

extension SchemaError {
  /// About how many bytes of memory it takes, for whoever keeps it.
  public var footprint: Int {
    switch self {
    case .syntax, .tooLarge: 0
    case .invalid(let violations): violations.reduce(0) { $0 + $1.textBytes + MemoryLayout<Violation>.stride }
    case .pattern(let path, let message): path.utf8.count + message.utf8.count
    }
  }
}
