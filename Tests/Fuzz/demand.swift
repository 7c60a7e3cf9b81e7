// SPDX-License-Identifier: Apache-2.0

/// As `precondition`, which says nothing of itself in an optimized build.
func demand(_ holds: @autoclosure () -> Bool, _ what: @autoclosure () -> String) {
  if !holds() { fatalError(what()) }
}
