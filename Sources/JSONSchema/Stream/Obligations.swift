// SPDX-License-Identifier: Apache-2.0

/// What the values being read have to satisfy: schemas, each on behalf of an alternative. An `anyOf` makes a group of
/// alternatives, which is lost when all of them are; with the alternative that the whole document is, the document dies.
struct Obligations {
  struct Alternative {
    /// The group it belongs to; -1 for the whole document.
    var group: Int32
    var isDead = false
  }

  struct Group {
    /// The alternative that needs one of the group.
    var owner: Int32
    var alive: Int32
  }

  /// How far each list reached when a value began.
  struct Mark {
    var incoming: Int32
    var active: Int32
    var alternatives: Int32
    var groups: Int32
  }

  /// Schemas followed at once, for all open values.
  private static let limit = 4096
  /// Keywords that may be looked at for each element and member.
  private static let forValue = 16

  /// Schemas that a value must satisfy as a whole, for each value being read, outermost first.
  var incoming: [(schema: Int32, alternative: Int32)] = []
  /// Those and all that they imply in place, for each open container.
  var active: [(schema: Int32, alternative: Int32)] = []
  var alternatives: [Alternative] = []
  var groups: [Group] = []
  /// Row of the keyword that was violated last.
  var deadRow: Int32 = -1
  /// Keywords that may still be looked at, for all values together. What can no longer be afforded is decided at the end.
  private var effort = 0

  var isDead: Bool { alternatives[0].isDead }

  var bytes: Int {
    (incoming.capacity + active.capacity) * 8 + (alternatives.capacity + groups.capacity) * 8
  }

  mutating func reset(effort: Int) {
    incoming.removeAll(keepingCapacity: true)
    active.removeAll(keepingCapacity: true)
    alternatives.removeAll(keepingCapacity: true)
    groups.removeAll(keepingCapacity: true)
    alternatives.append(Alternative(group: -1))
    deadRow = -1
    self.effort = effort
  }

  /// An element or member begins.
  mutating func grant() { effort = max(effort, 0) &+ Self.forValue }

  /// Whether so many keywords may still be looked at, which they then are.
  mutating func spend(_ count: Int) -> Bool {
    guard effort >= count else { return false }
    effort &-= count
    return true
  }

  /// Places in a list that are walked, or none. Those of lost alternatives are passed over, which takes its time too.
  mutating func affordable(_ places: Range<Int>) -> Range<Int> { spend(places.count &>> 2) ? places : 0..<0 }

  /// The state before the obligations of the value that begins now, of which there are `count`.
  func mark(incoming count: Int) -> Mark {
    Mark(
      incoming: Int32(incoming.count - count), active: Int32(active.count), alternatives: Int32(alternatives.count),
      groups: Int32(groups.count))
  }

  mutating func restore(_ mark: Mark) {
    incoming.removeLast(incoming.count - Int(mark.incoming))
    active.removeLast(active.count - Int(mark.active))
    alternatives.removeLast(alternatives.count - Int(mark.alternatives))
    groups.removeLast(groups.count - Int(mark.groups))
  }

  func isAlive(_ alternative: Int32) -> Bool {
    var current = alternative
    while current >= 0 {
      if alternatives[Int(current)].isDead { return false }
      let group = alternatives[Int(current)].group
      if group < 0 { return true }
      current = groups[Int(group)].owner
    }
    return true
  }

  /// An alternative is lost, for what a row of the schema says.
  mutating func kill(_ alternative: Int32, row: Int32) {
    var current = alternative
    deadRow = row
    while !alternatives[Int(current)].isDead {
      alternatives[Int(current)].isDead = true
      let group = alternatives[Int(current)].group
      guard group >= 0 else { return }
      groups[Int(group)].alive -= 1
      guard groups[Int(group)].alive == 0 else { return }
      current = groups[Int(group)].owner
    }
  }

  /// Adds a schema for a value of some kind, and what it implies in place.
  mutating func expand(_ index: Int32, _ alternative: Int32, _ kind: Kind, _ program: Program, depth: Int = 0) {
    // A cycle of references says nothing more, and alternatives of alternatives double at each level: beyond these bounds
    // the end of the value decides.
    guard depth < 64, active.count < Obligations.limit, isAlive(alternative) else { return }
    let schema = program.schemas[Int(index)]
    guard spend(schema.size) else { return }
    if schema.types & kind.bit == 0 { return kill(alternative, row: schema.typeRow) }
    active.append((index, alternative))
    for at in schema.start..<schema.end {
      let operation = program.operations[Int(at)]
      guard operation.kinds & kind.bit != 0 else { continue }
      switch operation.code {
      case .type where UInt8(truncatingIfNeeded: operation.a) & kind.bit == 0:
        return kill(alternative, row: operation.row)
      case .never: return kill(alternative, row: operation.row)
      case .reference: expand(operation.a, alternative, kind, program, depth: depth + 1)
      case .allOf:
        for place in operation.a..<operation.a + operation.b {
          expand(program.lists[Int(place)], alternative, kind, program, depth: depth + 1)
        }
      case .anyOf, .oneOf:
        guard spend(Int(operation.b) &>> 2) else { continue }
        groups.append(Group(owner: alternative, alive: operation.b))
        let group = Int32(groups.count - 1)
        if operation.b == 0 { return kill(alternative, row: operation.row) }
        for place in operation.a..<operation.a + operation.b {
          alternatives.append(Alternative(group: group))
          let branch = Int32(alternatives.count - 1)
          expand(program.lists[Int(place)], branch, kind, program, depth: depth + 1)
        }
      case .constant where program.source.kind(Int(operation.a)) != kind: return kill(alternative, row: operation.row)
      case .enumeration where program.enumerationKinds(operation) & kind.bit == 0: return kill(alternative, row: operation.row)
      default: break
      }
    }
  }
}
