// SPDX-License-Identifier: Apache-2.0

extension AssembledCall {
  /// Bytes of a name or an id that are worth keeping: no API takes a name of more than 128.
  package static let nameLimit = 256

  fileprivate var isLong: Bool {
    // All pieces are in `joined`, or there are long ones.
    name.count > Self.nameLimit || id.count > Self.nameLimit || nameFragments.joined.count > Self.nameLimit || !nameFragments.areJoined
  }

  fileprivate mutating func cutNames() {
    Self.cut(&name)
    Self.cut(&id)
    nameFragments = NameFragments()
  }

  /// At a character's boundary. A copy, so that nothing of the rest is held.
  package static func cut(_ text: inout [UInt8]) {
    guard text.count > nameLimit else { return }
    var end = nameLimit
    while end > nameLimit - 4, text[end] & 0xC0 == 0x80 { end -= 1 }
    text = Array(text[..<end])
  }
}

extension [AssembledCall] {
  /// Leaves what is kept of names and ids where a call has been judged. A vendor may have filled an answer with them, and they wait longer
  /// than it does.
  package mutating func cutNames() {
    // Whoever else has the calls is copied for nothing else.
    for index in indices where self[index].isLong { self[index].cutNames() }
  }
}
