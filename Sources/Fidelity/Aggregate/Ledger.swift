// SPDX-License-Identifier: Apache-2.0
package import JSON

/// The counts of a time, by vendor, model, day and tool. Ledgers of replicas and of days merge.
package struct Ledger: Mergeable {
  /// What a tally is about.
  package struct Slice: Hashable, Sendable {
    package var vendor: String
    package var model: String
    /// Days since 1970-01-01 UTC.
    package var day: Int
    /// Nil: the answer as a whole, which is what K2VV compares. A tool: whether *it* was called. One answer can call
    /// several, so tools do not add up to the whole.
    package var tool: JSONString?

    package init(vendor: String, model: String, day: Int, tool: JSONString? = nil) {
      (self.vendor, self.model, self.day, self.tool) = (vendor, model, day, tool)
    }
  }

  package var tallies: [Slice: Tally] = [:]
  /// The reference against itself; `vendor` is the reference's name. By model, day and tool as well.
  package var floors: [Slice: NoiseFloor] = [:]

  package init() {}

  /// Counts an answer of a vendor, each once, compared or not. `slice.tool` is not looked at. Not `byTool`, as below: tools
  /// without a tally get none, for whoever must bound them.
  package mutating func observe(_ answer: Side, _ slice: Slice, byTool: Bool = true) {
    tallies[slice.with(tool: nil), default: Tally()].observe(answer)
    for (tool, side) in answer.byTool where byTool || tallies[slice.with(tool: tool)] != nil {
      tallies[slice.with(tool: tool), default: Tally()].observe(side)
    }
  }

  /// Counts a comparison, for the whole and for each tool that either side called.
  @discardableResult
  package mutating func compare(_ answer: Side, with other: Side, _ slice: Slice, byTool: Bool = true) -> Cell? {
    let cell = tallies[slice.with(tool: nil), default: Tally()].compare(answer, with: other)
    let (mine, its) = (answer.byTool, other.byTool)
    for tool in Set(mine.keys).union(its.keys) where byTool || tallies[slice.with(tool: tool)] != nil {
      tallies[slice.with(tool: tool), default: Tally()].compare(
        mine[tool] ?? answer.byOtherTool, with: its[tool] ?? other.byOtherTool)
    }
    return cell
  }

  /// Counts a request that went to the reference twice.
  package mutating func compareReference(first: Side, second: Side, _ slice: Slice, byTool: Bool = true) {
    floors[slice.with(tool: nil), default: NoiseFloor()].add(first: first.finish, second: second.finish)
    let (before, after) = (first.byTool, second.byTool)
    for tool in Set(before.keys).union(after.keys) where byTool || floors[slice.with(tool: tool)] != nil {
      floors[slice.with(tool: tool), default: NoiseFloor()].add(
        first: (before[tool] ?? first.byOtherTool).finish, second: (after[tool] ?? second.byOtherTool).finish)
    }
  }

  package mutating func merge(_ other: Ledger) {
    tallies.merge(other.tallies) { $0.merged(with: $1) }
    floors.merge(other.floors) { $0.merged(with: $1) }
  }

  /// The informative comparisons of a vendor as one batch a day, in order: what ``SequentialState`` replays. Days
  /// without any are left out.
  package func batches(vendor: String, model: String, tool: JSONString? = nil) -> [(day: Int, agreement: Agreement)] {
    tallies.filter { $0.key.vendor == vendor && $0.key.model == model && $0.key.tool == tool }
      .map { (day: $0.key.day, agreement: $0.value.confusion.agreement) }
      .filter { $0.agreement.count > 0 }
      .sorted { $0.day < $1.day }
  }
}

extension Ledger.Slice {
  func with(tool: JSONString?) -> Ledger.Slice {
    Ledger.Slice(vendor: vendor, model: model, day: day, tool: tool)
  }
}
