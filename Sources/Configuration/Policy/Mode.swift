// SPDX-License-Identifier: Apache-2.0

/// What belay does with what it sees.
package enum Mode: String, CaseIterable, Sendable {
  /// Look, record, change nothing but the ids in requests.
  case observe
  /// Also say so, in headers and in a comment before the end of a stream.
  case annotate
  /// Hold calls back until they are valid: repair, else retry.
  case enforce
}

/// What `enforce` does about a finding that no repair has mended.
package enum FindingAction: String, CaseIterable, Sendable {
  /// Nothing, and it is not recorded.
  case ignore
  case record
  /// The answer is not good enough: ask again.
  case retry
}

/// The ids of calls that clients are given.
package enum ResponseIDForm: String, CaseIterable, Sendable {
  /// The vendor's own, unless one is missing or stands twice.
  case vendor
  /// `functions.{name}:{index}`
  case canonical
  /// `^[A-Za-z0-9_-]{1,64}$`, for clients that accept nothing else.
  case safe
}
