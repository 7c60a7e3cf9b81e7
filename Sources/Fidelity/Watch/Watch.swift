// SPDX-License-Identifier: Apache-2.0

/// All that is known of vendors' fidelity, comparison by comparison: the counts, the course over time, the alarms. What a
/// gateway keeps in memory, and what a restart makes anew from the stored comparisons in the order of their writing.
package struct Watch: Equatable, Sendable {
  package struct Key: Hashable, Comparable, Sendable {
    package var vendor: String
    package var model: String

    package init(vendor: String, model: String) { (self.vendor, self.model) = (vendor, model) }

    package static func < (left: Key, right: Key) -> Bool {
      left.model != right.model ? left.model < right.model : left.vendor < right.vendor
    }
  }

  package private(set) var ledger = Ledger()
  package private(set) var vigils: [Key: Vigil] = [:]
  /// By vendor and model, then by hours since the epoch.
  package private(set) var hours: [Key: [Int: Confusion]] = [:]
  /// In the order in which they were raised; the oldest of those that are over go first.
  package private(set) var alarms: [Alarm] = []
  /// Comparisons of so many vendors, models or tools that no more are told apart: clients choose model and tool names.
  package private(set) var overlooked = 0

  private var known: Set<Key> = []
  private let settings: WatchSettings
  private let gate: @Sendable (String) -> Double?

  /// What is told apart at most. Beyond it comparisons are counted in ``overlooked`` only, or not by tool.
  package static let limits = (keys: 256, toolSlices: 50_000, alarms: 1000)

  /// - Parameter gate: the least F1 that passes, by model; nil where nobody said.
  package init(_ settings: WatchSettings = WatchSettings(), gate: @escaping @Sendable (String) -> Double?) {
    (self.settings, self.gate) = (settings, gate)
  }

  package static func == (left: Watch, right: Watch) -> Bool {
    left.ledger == right.ledger && left.vigils == right.vigils && left.hours == right.hours && left.alarms == right.alarms
      && left.settings == right.settings
  }

  package mutating func add(_ observation: Observation) {
    let key = Key(vendor: observation.vendor, model: observation.model)
    guard known.contains(key) || known.count < Self.limits.keys else {
      overlooked += 1
      return
    }
    known.insert(key)
    ledger.add(observation, byTool: ledger.tallies.count + ledger.floors.count < Self.limits.toolSlices)
    guard observation.kind == .vendor else { return }
    if let cell = Cell(vendor: observation.answer.finish, reference: observation.other.finish) {
      hours[key, default: [:]][observation.hour, default: Confusion()].add(cell)
    }
    var vigil = vigils[key] ?? Vigil(gate: gate(observation.model), settings)
    for change in vigil.add(observation.answer, with: observation.other) { take(change, key, at: observation.time) }
    vigils[key] = vigil
  }

  /// The gate of a model, as the vigils know it.
  package func gate(of model: String) -> Double? { gate(model) }

  /// The reference fails for `reason`; nil: it does not, or no longer.
  package mutating func setPaused(_ reference: String, reason: String?, at time: Int64) {
    let subject = Alarm.Subject(.referencePaused, vendor: reference)
    let place = active(subject)
    if let reason, place == nil { raise(Alarm(subject, raisedAt: time, reason: reason)) }
    if reason == nil, let place { alarms[place].resolvedAt = time }
  }

  package var pausedReferences: [String] {
    alarms.filter { $0.isActive && $0.subject.kind == .referencePaused }.map(\.subject.vendor)
  }

  package var activeAlarms: [Alarm] { alarms.filter(\.isActive) }

  /// Vendors and models whose F1 is below the gate, by their own sample.
  package var below: Set<Key> { Set(vigils.filter { $0.value.threshold?.isBelow == true }.keys) }

  private mutating func take(_ change: Vigil.Change, _ key: Key, at time: Int64) {
    let subject = Alarm.Subject(change.kind, vendor: key.vendor, model: key.model)
    switch change.turn {
    case .raised: raise(Alarm(subject, raisedAt: time, figures: change.figures))
    case .resolved:
      guard let place = active(subject) else { return }
      alarms[place].resolvedAt = time
      alarms[place].recovery = change.figures
    }
  }

  private mutating func raise(_ alarm: Alarm) {
    alarms.append(alarm)
    if alarms.count > Self.limits.alarms, let oldest = alarms.firstIndex(where: { !$0.isActive }) { alarms.remove(at: oldest) }
  }

  private func active(_ subject: Alarm.Subject) -> Int? {
    alarms.lastIndex { $0.isActive && $0.subject == subject }
  }
}
