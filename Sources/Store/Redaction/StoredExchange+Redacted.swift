// SPDX-License-Identifier: Apache-2.0

extension StoredExchange {
  /// The exchange with more taken out than was when it was stored, for whoever passes it on.
  package func redacted(_ redaction: Redaction) -> StoredExchange {
    var redactor = Redactor(redaction)
    var record = self
    redactor.redact(&record)
    return record
  }
}
