// SPDX-License-Identifier: Apache-2.0

enum VendorName {
  /// `^[a-z0-9][a-z0-9_-]*$` and not `v1`, since a path may begin with it: `/{name}/v1/...`.
  static func parse(_ text: String) throws(Complaint) -> String {
    guard text != "v1" else {
      throw Complaint("cannot be the name of a vendor", "choose another: paths begin with /v1 when they name no vendor")
    }
    guard isName(text) else {
      let repaired = repaired(text)
      throw Complaint(
        "is not a vendor's name",
        "use a-z, 0-9, - and _, first a letter or digit" + (repaired.isEmpty || mayHoldKey(text) ? "" : ", such as \(repaired)"))
    }
    return text
  }

  static func isName(_ text: String) -> Bool {
    text.utf8.allSatisfy(isNameByte) && text.utf8.first.map { !"-_".utf8.contains($0) } ?? false
  }

  /// A name for the vendor at a host: the label that its owner registered (`api.fireworks.ai`: `fireworks`), the first
  /// label of a private name (`vllm.default.svc`: `vllm`). Nil for addresses and loopback, which say nothing of who
  /// answers.
  static func of(_ host: Host) -> String? {
    guard !host.isIPAddress, !host.isLoopback else { return nil }
    let labels = host.name.split(separator: ".").map(String.init)
    guard labels.count > 1, !host.hasPrivateSuffix else { return labels.first.flatMap(usable) }
    // Below a country, registries keep a second level: co.uk, com.cn. Enough of the public suffix list for a name.
    let secondLevel: Set = ["co", "com", "net", "org", "ac", "edu", "gov"]
    let isDeep =
      labels.count > 2 && labels[labels.count - 1].count == 2 && secondLevel.contains(labels[labels.count - 2])
    return usable(labels[labels.count - (isDeep ? 3 : 2)])
  }

  /// `name`, or `name-2`, `name-3` ... when it is taken.
  static func free(_ name: String, among taken: [String]) -> String {
    guard taken.contains(name) else { return name }
    var number = 2
    while taken.contains("\(name)-\(number)") { number += 1 }
    return "\(name)-\(number)"
  }

  private static func usable(_ label: String) -> String? {
    let name = repaired(label)
    return name.isEmpty || name == "v1" ? nil : name
  }

  private static func repaired(_ text: String) -> String {
    let bytes = text.lowercased().utf8.map { isNameByte($0) ? $0 : UInt8(ascii: "-") }
    return String(decoding: bytes.drop { "-_".utf8.contains($0) }, as: UTF8.self)
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    isDigit(byte) || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || "-_".utf8.contains(byte)
  }
}
