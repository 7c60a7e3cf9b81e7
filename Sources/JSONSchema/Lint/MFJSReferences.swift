// SPDX-License-Identifier: Apache-2.0

// MFJS: references, and recursion that can end.
extension SchemaLint {
  mutating func mfjsReference(_ row: Int) {
    guard let value = member("$ref", of: row) else { return }
    guard document.kind(value) == .string else {
      return mfjs("ref_not_string", at: value, "`$ref` must be a string", fix: "write \"#/$defs/name\"")
    }
    let text = document.string(value)
    if text == "#" { return }
    guard text.hasPrefix("#/$defs/") else {
      return mfjs("ref_form", at: value, "references must be \"#\" or start with #/$defs/", fix: "move what it names to `$defs`")
    }
    if target(text) == nil {
      mfjs("ref_missing", at: value, "`$defs` has nothing named by \"\(text)\"", fix: "define it")
    }
  }

  private mutating func target(_ text: String) -> Int? {
    let key = Array(text.utf8)
    if let known = targets[key] { return known }
    let found = find(text)
    targets[key] = .some(found)
    return found
  }

  private mutating func find(_ text: String) -> Int? {
    if text == "#" { return 0 }
    guard text.hasPrefix("#/$defs/"), let definitions = member("$defs", of: 0), document.kind(definitions) == .object else {
      return nil
    }
    var row = definitions
    for name in Array(text.utf8.dropFirst(8)).split(separator: UInt8(ascii: "/")) {
      guard let next = indexedMember(name, of: row) else { return nil }
      row = next
    }
    return row
  }

  /// A schema that every instance would have to nest in itself for ever.
  mutating func mfjsRecursion() {
    // What can end, found from the leaves up: each schema waits for its parts, and tells those that wait for it.
    let schemas = reachable()
    var waiting: [Int: Int] = [:]
    var waiters: [Int: [Int]] = [:]
    var ending: Set<Int> = []
    var queue: [Int] = []
    for row in schemas {
      let needed = needs(of: row)
      for part in needed.parts { waiters[part, default: []].append(row) }
      waiting[row] = needed.isAny ? 1 : needed.parts.count
      if waiting[row] == 0, ending.insert(row).inserted { queue.append(row) }
    }
    while let row = queue.popLast() {
      for waiter in waiters[row] ?? [] {
        waiting[waiter, default: 0] -= 1
        if waiting[waiter] == 0, ending.insert(waiter).inserted { queue.append(waiter) }
      }
    }
    if !ending.contains(0) {
      mfjs("endless_recursion", at: 0, "no finite value satisfies this: infinite recursion", fix: "make one property on the way optional, or allow null")
    }
  }

  private func reachable() -> [Int] {
    var rows = [0]
    var seen: Set<Int> = [0]
    var next = 0
    while next < rows.count {
      for child in subschemas(of: rows[next]) where seen.insert(child).inserted { rows.append(child) }
      next += 1
    }
    return rows
  }

  /// The schemas that must end for a schema to end: one of them or all, each as often as it is named.
  private mutating func needs(of row: Int) -> (parts: [Int], isAny: Bool) {
    guard document.kind(row) == .object else { return ([], false) }
    if let reference = member("$ref", of: row), document.kind(reference) == .string {
      // A reference to nothing has its own finding.
      return (target(document.string(reference)).map { [$0] } ?? [], false)
    }
    var parts: [Int] = []
    if let list = member("anyOf", of: row), document.kind(list) == .array, document.nodes[list].count > 0 {
      document.forEachElement(of: list) { parts.append($1) }
      return (parts, true)
    }
    if let items = member("items", of: row), let least = member("minItems", of: row), document.kind(least) == .number,
      Number.zero < Number(document.source(least)), document.kind(items) == .object
    {
      parts.append(items)
    }
    guard let required = member("required", of: row), document.kind(required) == .array,
      let properties = member("properties", of: row), document.kind(properties) == .object
    else { return (parts, false) }
    document.forEachElement(of: required) { _, element in
      if document.kind(element) == .string,
        let property = indexedMember(Array(document.string(element).utf8)[...], of: properties),
        document.kind(property) == .object
      {
        parts.append(property)
      }
    }
    return (parts, false)
  }
}
