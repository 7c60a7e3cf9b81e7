// SPDX-License-Identifier: Apache-2.0

/// The clients of the file, before it is known which vendors there are.
struct ClientSection {
  struct Entry {
    var client: Client
    let place: Place
    var vendors: [Located<String>]?
  }

  private(set) var entries: [Entry] = []

  init() {}

  /// A section without a client is a mistake, not an open door: all may have been commented out.
  init(reading value: YAMLValue) {
    guard let section = value.map() else { return }
    if section.named.isEmpty {
      value.report(Complaint("has no client, so that nobody could call", "add one (belay key new NAME), or remove the key"))
    }
    for entry in section.named { read(entry.value, name: entry.key, at: entry.place) }
  }

  private mutating func read(_ value: YAMLValue, name: String, at place: Place) {
    let checked = Located(value: name, name: value.name, place: place).parsed(value.context.log, ClientName.parse)
    guard var map = value.map() else { return }
    let digest = map.required("key_sha256", KeyDigest.parse)
    let vendors = map.entry("vendors").map { list in
      let names = list.list().compactMap { $0.parsed(VendorName.parse) }
      if names.isEmpty { list.report(Complaint("names no vendor", "list some, or remove the key: then all are allowed")) }
      return names
    }
    let unlimited = Complaint("says no number", "write one, or remove the key: then there is no limit")
    let perMinute = map.restriction("requests_per_minute", ifEmpty: unlimited, Words.integer(within: 1...1_000_000))?.value
    let burst = map.parsed("burst", Words.integer(within: 1...1_000_000))
    map.finish()
    if let burst, perMinute == nil {
      value.context.log.warn("`\(burst.name)` has no `requests_per_minute` to go with", "add it, or remove `burst`", at: burst.place)
    }
    guard checked != nil, let digest else { return }
    let rate = perMinute.map { Client.Rate(perMinute: $0, burst: burst?.value) }
    entries.append(Entry(client: Client(name: name, keyDigest: digest, rate: rate), place: place, vendors: vendors))
  }

  /// The clients, once their vendors are known. Reports vendors that there are not, keys that two share, and vendors that no
  /// request could use.
  func clients(_ book: VendorBook, log: ProblemLog) -> [Client] {
    var clients: [Client] = []
    for entry in entries {
      if let twin = clients.first(where: { $0.keyDigest == entry.client.keyDigest }) {
        log.report(
          "the clients `\(twin.name)` and `\(entry.client.name)` have the same key", "make another: belay key new \(entry.client.name)",
          at: entry.place)
      }
      var client = entry.client
      client.vendors = entry.vendors.map { Set($0.compactMap { book.existing($0) }) }
      clients.append(client)
    }
    guard !clients.isEmpty else { return [] }
    for vendor in book.vendors where vendor.value.needsKey && clients.contains(where: { $0.mayUse(vendor.value) }) {
      log.warn(
        "`\(vendor.value.name)` has no key of its own, and with `clients` no client's key passes through",
        "set \(Setting.keyVariable(of: vendor.value.name)), or `api_key` in its entry", at: vendor.place)
    }
    return clients
  }
}
