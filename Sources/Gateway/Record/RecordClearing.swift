// SPDX-License-Identifier: Apache-2.0
import Inspection
import Store

/// Takes keys out of the texts of records: clients and vendors put them into names and reasons, where the log, Prometheus and the
/// shadow would show them. Headers and bodies are left to the store's writer, the only one who reads them.
struct RecordClearing {
  private let known: SecretSearch
  /// Clients come with the same keys again and again.
  private var last: (secrets: [String], search: SecretSearch)

  init(_ known: SecretSearch) {
    self.known = known
    last = ([], known)
  }

  mutating func cleared(_ record: ExchangeRecord) -> ExchangeRecord {
    // By bytes: strings are equal that are written otherwise.
    if !record.secrets.elementsEqual(last.secrets, by: { $0.utf8.elementsEqual($1.utf8) }) { last = (record.secrets, known.adding(record.secrets)) }
    var record = record
    record.clear(of: last.search)
    return record
  }
}

extension ExchangeRecord {
  /// Writes only where something is found: an array is shared with whoever waits, and would be copied.
  fileprivate mutating func clear(of secrets: SecretSearch) {
    secrets.clear(method) { method = $0 }
    secrets.clear(path) { path = $0 }
    secrets.clear(model) { model = $0 }
    secrets.clear(error ?? "") { error = $0 }
    for index in finishReasons.indices { secrets.clear(finishReasons[index]) { finishReasons[index] = $0 } }
    for index in calls.indices { secrets.clear(calls[index]) { calls[index] = $0 } }
    for index in findings.indices { secrets.clear(findings[index]) { findings[index] = $0 } }
    for index in edits.indices {
      secrets.clear(edits[index].before) { edits[index].before = $0 }
      secrets.clear(edits[index].after) { edits[index].after = $0 }
    }
    for index in repairs.indices {
      secrets.clear(repairs[index].field) { repairs[index].field = $0 }
      secrets.clear(repairs[index].before) { repairs[index].before = $0 }
      secrets.clear(repairs[index].after) { repairs[index].after = $0 }
    }
    for number in attempts.indices {
      secrets.clear(attempts[number].model) { attempts[number].model = $0 }
      secrets.clear(attempts[number].error ?? "") { attempts[number].error = $0 }
      for index in attempts[number].finishReasons.indices {
        secrets.clear(attempts[number].finishReasons[index]) { attempts[number].finishReasons[index] = $0 }
      }
      for index in attempts[number].calls.indices {
        secrets.clear(attempts[number].calls[index]) { attempts[number].calls[index] = $0 }
      }
      for index in attempts[number].findings.indices {
        secrets.clear(attempts[number].findings[index]) { attempts[number].findings[index] = $0 }
      }
    }
  }
}

extension SecretSearch {
  /// Hands over the text without secrets, where it has some.
  fileprivate func clear(_ text: String, _ replace: (String) -> Void) {
    if let cleared = cleared(text) { replace(cleared) }
  }

  fileprivate func clear(_ bytes: [UInt8], _ replace: ([UInt8]) -> Void) {
    if let cleared = cleared(bytes) { replace(cleared) }
  }

  /// How it breaks its schema only the store tells.
  fileprivate func clear(_ call: AssembledCall, _ replace: (AssembledCall) -> Void) {
    var (kept, isFound) = (call, false)
    clear(call.id) { (kept.id, isFound) = ($0, true) }
    clear(call.name) { (kept.name, isFound) = ($0, true) }
    clear(call.arguments) { (kept.arguments, isFound) = ($0, true) }
    if isFound { replace(kept) }
  }

  fileprivate func clear(_ finding: Finding, _ replace: (Finding) -> Void) {
    var (kept, isFound) = (finding, false)
    clear(finding.path ?? "") { (kept.path, isFound) = ($0, true) }
    clear(finding.message) { (kept.message, isFound) = ($0, true) }
    if isFound { replace(kept) }
  }
}
