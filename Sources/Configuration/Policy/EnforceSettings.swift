// SPDX-License-Identifier: Apache-2.0
package import Inspection

/// A way to ask again. Those that cannot help with what went wrong, or that the vendor does not honour, are passed over.
package enum Rung: String, CaseIterable, Sendable {
  /// The same request once more.
  case resend
  /// With `strict: true` in every tool.
  case strict
  /// With a named or required `tool_choice`.
  case toolChoice = "tool_choice"
  /// With the broken call and what is wrong with it.
  case feedback
  /// At a vendor of `failover`.
  case otherVendor = "other_vendor"
}

/// How hard `enforce` tries, and what it does in the end.
package struct EnforceSettings: Equatable, Sendable {
  /// What the client gets when nothing has helped.
  package enum OnExhausted: String, CaseIterable, Sendable {
    /// An error that says why.
    case error
    /// The last answer as it is.
    case pass
  }

  /// When a vendor that fails is left alone.
  package struct Breaker: Equatable, Sendable {
    /// So many failures within `window` open the breaker: 1 to 1,000.
    package var failures = 5
    package var window: Duration = .seconds(30)
    /// So long nothing is sent to the vendor; then one request tries.
    package var open: Duration = .seconds(30)

    package init() {}
  }

  /// Requests sent for one of the client's, the first included: 1 to 20.
  package var attempts = 4
  /// Completion tokens of all attempts together, after which none begins. Nil: no limit.
  package var tokens: Int?
  /// From the client's request on; after it no attempt begins.
  package var time: Duration = .seconds(120)
  package var onExhausted = OnExhausted.error
  /// In the order in which they are tried, each once.
  package var ladder = Rung.allCases
  package var repairs = Set(RepairRule.allCases)
  /// Silence towards the client after which it gets a comment, so that nobody in between hangs up.
  package var keepAlive: Duration = .seconds(10)
  /// Names of vendors, in the order in which they are tried. Each is asked with its own key or with none.
  package var failover: [String] = []
  package var breaker = Breaker()

  package init() {}
}
