// SPDX-License-Identifier: Apache-2.0

/// What can wait to be written.
enum StoreRecord: Sendable {
  case exchange(StoredExchange)
  case comparison(StoredComparison)
  case shadow(ShadowNote)

  /// What the queue counts against its limit.
  var queuedBytes: Int {
    switch self {
    case .exchange(let record): record.queuedBytes
    case .comparison(let record): record.queuedBytes
    case .shadow(let note): note.queuedBytes
    }
  }

  var isExchange: Bool { if case .exchange = self { true } else { false } }
  var isComparison: Bool { if case .comparison = self { true } else { false } }
}
