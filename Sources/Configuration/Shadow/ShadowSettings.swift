// SPDX-License-Identifier: Apache-2.0
import Inspection

/// Which live exchanges are asked of the reference again, and how much that may cost.
///
/// **What leaves the machine:** the whole request of a chosen exchange, conversation and tools, goes to the reference, in its
/// dialect and under its model's name, with the reference's own key. Nothing of the vendor's answer goes there, no header of
/// the client's, and no other key. A client keeps a request out with the header `x-belay-shadow: off`, and ``rules`` keep out
/// vendors, models and paths.
package struct ShadowSettings: Equatable, Sendable {
  /// The share of conversations that are sent, 0 to 1.
  package var sample = 0.05
  /// The share while a vendor's model has fewer than `few` comparisons; never less than `sample`. With a `sample` of 0 it is 0 too
  /// unless it is said.
  package var sampleOfFew = 0.5
  package var few = 100
  /// Only requests that declare tools.
  package var onlyTools = true
  /// The share of shadows that are sent twice, to learn how far the reference agrees with itself.
  package var repeats = 0.1

  /// Requests in any 60 seconds.
  package var perMinute = 30
  /// Requests in a day, UTC.
  package var perDay = 500
  /// Tokens in a day, as the reference counts them, prompts and answers.
  package var tokensPerDay = 5_000_000
  /// Requests at a time.
  package var concurrency = 4
  /// What may wait.
  package var queue = 1000
  /// A request with a longer body is not sent, in bytes.
  package var bodyBytes = 4 << 20
  /// What has waited longer is dropped.
  package var maxAge: Duration = .seconds(3600)
  /// Silence of the reference after which it is given up.
  package var timeout: Duration = .seconds(600)
  /// How long a stop waits for answers under way; those that do not come are asked for again after the start.
  package var drain: Duration = .seconds(2)
  /// So many failures one after the other pause the shadow: for so long, then twice as long, and so on.
  package var failures = 5
  package var pause: Duration = .seconds(30)
  package var longestPause: Duration = .seconds(1800)

  /// Recorded answers in the reference's place: a file of K2VV's results, or a store of Belay's.
  package var baseline: String?
  /// The first that matches decides.
  package var rules: [ShadowRule] = []

  package init() {}

  /// Whether no exchange can be chosen.
  package var takesNone: Bool { sample == 0 && sampleOfFew == 0 && rules.allSatisfy { $0.sample == 0 } }

  /// The shares for an exchange; nil where it is kept out.
  package func shares(vendor: String, model: String, path: String) -> (usual: Double, few: Double)? {
    guard let rule = rules.first(where: { $0.holds(vendor: vendor, model: model, path: path) }) else {
      return (sample, max(sample, sampleOfFew))
    }
    guard rule.sample > 0 else { return nil }
    return (rule.sample, max(rule.sample, sampleOfFew))
  }
}

/// One item of `shadow: rules:`. Globs; an empty list matches all.
package struct ShadowRule: Equatable, Sendable {
  package var vendors: [String] = []
  package var models: [String] = []
  package var paths: [String] = []
  /// 0: never.
  package var sample = 0.0

  package init() {}

  func holds(vendor: String, model: String, path: String) -> Bool {
    [(vendors, vendor), (models, model), (paths, path)].allSatisfy { patterns, name in
      patterns.isEmpty || patterns.contains { glob($0, matches: name) }
    }
  }
}
