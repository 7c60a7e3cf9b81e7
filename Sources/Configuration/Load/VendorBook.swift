// SPDX-License-Identifier: Apache-2.0

/// The vendors of the file, and what the command line and the environment make of them.
struct VendorBook {
  private(set) var vendors: [Located<Vendor>]
  private let file: ConfigurationFile
  private let log: ProblemLog

  init(_ file: ConfigurationFile, log: ProblemLog) {
    vendors = file.vendors
    self.file = file
    self.log = log
  }

  var names: [String] { vendors.map(\.value.name) }

  /// Takes in what was chosen above the file, before the vendors of the file, and answers the first one's name. A
  /// vendor given by another URL than in the file starts afresh: the key in the file belongs to the URL in the file.
  mutating func choose(_ choices: [Located<VendorChoice>]) -> String? {
    var given: [String] = []
    for choice in choices {
      if case .named(let name, _) = choice.value, given.contains(name) {
        log.report(
          Complaint("gives the vendor `\(name)` twice", "keep one of them, or use another name"), of: choice.name,
          at: choice.place)
      } else if let name = add(choice, unnamed: "vendor", before: given.count) {
        given.append(name)
      }
    }
    return given.first
  }

  /// Takes in the vendor that others are compared with and answers its name.
  mutating func addReference(_ choice: Located<VendorChoice>) -> String? {
    add(choice, unnamed: "reference", before: vendors.count)
  }

  mutating func setKey(_ key: Secret, of name: String) {
    vendors = vendors.map { located in
      guard located.value.name == name else { return located }
      return located.map { vendor in
        var vendor = vendor
        vendor.apiKey = key
        return vendor
      }
    }
  }

  /// The name, when there is such a vendor; else a problem, unless the log has the reason already.
  func existing(_ name: Located<String>) -> String? {
    if names.contains(name.value) { return name.value }
    if file.mayHold(vendor: name.value) { return nil }
    let guess = nearest(to: name.value, among: names).map { ": did you mean `\($0)`?" } ?? ""
    log.report(
      "`\(name.name)` names the vendor `\(shownName(name.value))`, and there is none\(guess)",
      names.isEmpty ? "list it under `vendors:`, or write its URL" : "the vendors are \(enumeration(names, "and"))",
      at: name.place)
    return nil
  }

  private mutating func add(_ choice: Located<VendorChoice>, unnamed: String, before index: Int) -> String? {
    switch choice.value {
    case .known(let name):
      return existing(choice.map { _ in name })
    case .unnamed(let url):
      if let same = vendors.first(where: { $0.value.baseURL == url.text }) { return same.value.name }
      let name = VendorName.free(VendorName.of(url.host) ?? unnamed, among: names)
      insert(choice.map { _ in Vendor(name: name, baseURL: url.text) }, at: index)
      return name
    case .named(let name, let url):
      if vendors.contains(where: { $0.value.name == name && $0.value.baseURL == url.text }) { return name }
      vendors.removeAll { $0.value.name == name }
      insert(choice.map { _ in Vendor(name: name, baseURL: url.text) }, at: index)
      return name
    }
  }

  private mutating func insert(_ vendor: Located<Vendor>, at index: Int) {
    vendors.insert(vendor, at: min(index, vendors.count))
  }
}
