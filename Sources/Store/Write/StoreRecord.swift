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

extension StoredExchange {
  /// Leaves what is listed and counted. False where there are no bodies.
  mutating func forgetBodies() -> Bool {
    var hadBodies = request != nil || response != nil || attempts.contains { $0.request != nil || $0.response != nil }
    (request, response) = (nil, nil)
    for index in attempts.indices { (attempts[index].request, attempts[index].response) = (nil, nil) }
    func forget(_ text: inout String) {
      guard text.utf8.count > Self.longText else { return }
      text = ""
      hadBodies = true
    }
    for index in calls.indices {
      forget(&calls[index].arguments)
      forget(&calls[index].violations)
    }
    for index in edits.indices {
      forget(&edits[index].before)
      forget(&edits[index].after)
    }
    for index in repairs.indices {
      forget(&repairs[index].before)
      forget(&repairs[index].after)
    }
    return hadBodies
  }

  /// Bytes of a call's arguments, or of what was changed, beyond which they go with the bodies.
  package static let longText = 1024
}
