// SPDX-License-Identifier: Apache-2.0

/// One request to a vendor on behalf of an exchange. The first is number 0.
package struct StoredAttempt: Sendable, Equatable {
  package var vendor: String
  package var model = ""
  /// The rung of the retry ladder: `first`, `resend`, `strict`, ...
  package var rung = ""
  package var status = 0
  package var error = ""
  /// From the exchange's start.
  package var startedNanoseconds: Int64 = 0
  package var firstByteNanoseconds: Int64?
  package var totalNanoseconds: Int64 = 0
  package var requestBytes = 0
  package var responseBytes = 0
  package var finishReason = ""
  package var tokens = StoredTokens()
  /// The byte of the response at which Belay stopped the vendor; nil where it did not.
  package var abortedAtByte: Int?
  /// What went to the vendor, where it is kept apart from the client's request and its edits.
  package var request: StoredMessage?
  package var response: StoredMessage?

  package init(vendor: String) {
    self.vendor = vendor
  }
}

/// Something that was noticed.
package struct StoredFinding: Sendable, Equatable {
  package enum Severity: String, Sendable, CaseIterable {
    case info, warning, error
  }

  /// Dotted, the general first: `completion.empty`.
  package var code: String
  package var severity: Severity
  package var choice: Int?
  package var call: Int?
  /// A JSON pointer into the request, or into the call's arguments.
  package var path: String
  package var message: String
  package var attempt: Int?

  package init(
    code: String, severity: Severity, choice: Int? = nil, call: Int? = nil, path: String = "", message: String = "",
    attempt: Int? = nil
  ) {
    self.code = code
    self.severity = severity
    self.choice = choice
    self.call = call
    self.path = path
    self.message = message
    self.attempt = attempt
  }
}

/// A change of the request on its way to the vendor. `before` and `after` are JSON text, empty for nothing.
package struct StoredEdit: Sendable, Equatable {
  package var pointer: String
  package var before: String
  package var after: String
  package var rule: String

  package init(pointer: String, before: String, after: String, rule: String) {
    self.pointer = pointer
    self.before = before
    self.after = after
    self.rule = rule
  }
}

/// A change of a call's arguments on their way to the client.
package struct StoredRepair: Sendable, Equatable {
  package var rule: String
  package var choice: Int
  package var call: Int
  /// A JSON pointer into the arguments.
  package var path: String
  package var before: String
  package var after: String

  package init(rule: String, choice: Int = 0, call: Int, path: String = "", before: String, after: String) {
    self.rule = rule
    self.choice = choice
    self.call = call
    self.path = path
    self.before = before
    self.after = after
  }
}

/// A tool call as it was assembled.
package struct StoredCall: Sendable, Equatable {
  package var choice: Int
  package var name: String
  package var id: String
  /// As the vendor sent them: not always JSON.
  package var arguments: String
  /// nil where nobody judged.
  package var k2vvValid: Bool?
  package var valid: Bool?
  /// A JSON array; empty for none.
  package var violations: String
  package var attempt: Int

  package init(
    choice: Int = 0, name: String, id: String, arguments: String, k2vvValid: Bool? = nil, valid: Bool? = nil,
    violations: String = "", attempt: Int = 0
  ) {
    self.choice = choice
    self.name = name
    self.id = id
    self.arguments = arguments
    self.k2vvValid = k2vvValid
    self.valid = valid
    self.violations = violations
    self.attempt = attempt
  }
}
