// SPDX-License-Identifier: Apache-2.0

/// A sum of observations. `merge` is associative and commutative, with `init()` as its neutral element, so that replicas,
/// days and files add up in any order and grouping.
package protocol Mergeable: Equatable, Sendable {
  init()
  mutating func merge(_ other: Self)
}

extension Mergeable {
  package func merged(with other: Self) -> Self {
    var sum = self
    sum.merge(other)
    return sum
  }
}

extension Sequence where Element: Mergeable {
  package func merged() -> Element { reduce(into: Element()) { $0.merge($1) } }
}
