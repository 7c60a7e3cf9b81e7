// SPDX-License-Identifier: Apache-2.0
package import Fidelity
package import JSON

/// Something to be told: an alarm that began, or one that is over.
package struct AlarmNotice: Sendable, Equatable {
  package enum State: String, Sendable, CaseIterable { case raised, resolved }

  package var state: State
  package var alarm: Alarm

  package init(_ state: State, _ alarm: Alarm) { (self.state, self.alarm) = (state, alarm) }

  /// When it happened, milliseconds since the epoch.
  package var time: Int64 { state == .resolved ? alarm.resolvedAt ?? alarm.raisedAt : alarm.raisedAt }

  /// The same for the same notice however often it is sent, by which a receiver knows what it has had. Visible ASCII.
  package var id: String {
    // FNV-1a, 64 bits: names may hold anything, and this must stand in a header.
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in alarm.subject.vendor.utf8 + [0] + alarm.subject.model.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return "\(alarm.subject.kind.rawValue)-\(String(hash, radix: 16))-\(alarm.raisedAt)-\(state.rawValue)"
  }
}

/// Who was told what: each alarm once when it begins, once when it is over, and never again after a restart.
///
/// The alarms themselves are made anew from the stored comparisons whenever the gateway starts, and may then begin at another
/// moment, as the oldest comparisons are gone. So they are matched by what they are about, not by when they began.
package struct AlarmBook: Sendable, Equatable {
  /// Those told as raised and not yet as resolved.
  package private(set) var told: [Alarm.Subject: Alarm] = [:]

  package init() {}

  /// - Parameters:
  ///   - alarms: all that are known, those that are over too.
  ///   - now: milliseconds since the epoch, for what ended without anybody knowing when.
  package mutating func update(_ alarms: [Alarm], at now: Int64) -> [AlarmNotice] {
    var notices: [AlarmNotice] = []
    var active: Set<Alarm.Subject> = []
    var over: [Alarm.Subject: Alarm] = [:]
    for alarm in alarms {
      if alarm.isActive { active.insert(alarm.subject) } else { over[alarm.subject] = alarm }
    }
    for alarm in told.values.sorted(by: { $0.raisedAt < $1.raisedAt }) where !active.contains(alarm.subject) {
      var ended = alarm
      let end = over[alarm.subject]
      ended.resolvedAt = end?.resolvedAt ?? now
      ended.recovery = end?.recovery
      told[alarm.subject] = nil
      notices.append(AlarmNotice(.resolved, ended))
    }
    for alarm in alarms where alarm.isActive && told[alarm.subject] == nil {
      told[alarm.subject] = alarm
      notices.append(AlarmNotice(.raised, alarm))
    }
    return notices
  }
}

extension AlarmBook {
  package var json: JSONValue { .array(told.values.sorted { $0.raisedAt < $1.raisedAt }.map(\.json)) }

  /// What cannot be read is left out: at worst an alarm is told twice.
  package init(json: JSONValue) {
    for item in json.array ?? [] {
      if let alarm = Alarm(json: item) { told[alarm.subject] = alarm }
    }
  }
}
