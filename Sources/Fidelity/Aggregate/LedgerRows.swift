// SPDX-License-Identifier: Apache-2.0
package import JSON

/// How a report is split beyond vendor and model.
package enum Grouping: String, CaseIterable, Sendable { case model, day, tool }

extension Ledger {
  /// A line of a report before anything is reckoned.
  package struct Group: Equatable, Sendable {
    package var vendor: String
    package var model: String
    package var day: Int?
    package var tool: JSONString?
    package var tally: Tally
    /// Of the model, over the same days and tool.
    package var floor: NoiseFloor
    /// From the first day with informative comparisons to the last; 0 without any.
    package var daysSeen = 0
  }

  /// The sums by vendor and model, and by day or tool if asked, in order of model, vendor, day and tool. `days` is a
  /// window of days since 1970-01-01 UTC: the last seven are `today - 6...today`.
  package func groups(by grouping: Grouping = .model, days: ClosedRange<Int>? = nil) -> [Group] {
    var tallies: [Slice: Tally] = [:]
    var seen: [Slice: ClosedRange<Int>] = [:]
    for (slice, tally) in self.tallies {
      let day = slice.day
      guard let slice = grouped(slice, grouping, days) else { continue }
      tallies[slice, default: Tally()].merge(tally)
      guard tally.confusion.agreement.count > 0 else { continue }
      let range = seen[slice] ?? day...day
      seen[slice] = min(range.lowerBound, day)...max(range.upperBound, day)
    }
    var floors: [Slice: NoiseFloor] = [:]
    for (slice, floor) in self.floors {
      guard var slice = grouped(slice, grouping, days) else { continue }
      slice.vendor = ""
      floors[slice, default: NoiseFloor()].merge(floor)
    }
    let groups = tallies.map { slice, tally in
      Group(
        vendor: slice.vendor, model: slice.model, day: grouping == .day ? slice.day : nil, tool: slice.tool,
        tally: tally,
        floor: floors[Slice(vendor: "", model: slice.model, day: slice.day, tool: slice.tool)] ?? NoiseFloor(),
        daysSeen: seen[slice]?.count ?? 0)
    }
    return groups.sorted { $0.precedes($1) }
  }

  /// The slice that a slice adds to; nil when it is not asked for.
  private func grouped(_ slice: Slice, _ grouping: Grouping, _ days: ClosedRange<Int>?) -> Slice? {
    guard (slice.tool != nil) == (grouping == .tool), days?.contains(slice.day) ?? true else { return nil }
    return grouping == .day
      ? slice : Slice(vendor: slice.vendor, model: slice.model, day: 0, tool: slice.tool)
  }
}

extension Ledger.Group {
  fileprivate func precedes(_ other: Ledger.Group) -> Bool {
    if model != other.model { return model < other.model }
    if vendor != other.vendor { return vendor < other.vendor }
    if day != other.day { return (day ?? 0) < (other.day ?? 0) }
    return (tool?.utf8 ?? []).lexicographicallyPrecedes(other.tool?.utf8 ?? [])
  }
}
