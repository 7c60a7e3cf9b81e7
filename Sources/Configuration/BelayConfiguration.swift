// SPDX-License-Identifier: Apache-2.0
package import Inspection

/// Everything `belay serve` is told, checked as a whole. Made by ``load(_:file:environment:overrides:ruleFiles:)``.
package struct BelayConfiguration: Equatable, Sendable {
  /// Where agents connect. 8,611 m is the height of K2.
  package var listen = Address(host: "127.0.0.1", port: 8611)
  /// Whether another Belay may listen at the same addresses, to take over before this one stops (SO_REUSEPORT).
  package var reusesPort = false
  /// Whose pages may send requests from a browser. Matters where ``clients`` is empty: elsewhere a page needs a key.
  package var allowedOrigins: [Origin] = []
  /// Where people and programs look in: pages, figures, health. Nil: switched off.
  package var console: Address? = Address(host: "127.0.0.1", port: 8612)
  /// What the console demands as `Authorization: Bearer`, except for health. Never nil, once loaded, where others than this
  /// machine reach the console.
  package var consoleToken: Secret?
  /// Nil: both listeners speak HTTP.
  package var tls: TLSSettings?
  /// In the order given; names are unique. Never empty once loaded.
  package var vendors: [Vendor] { didSet { cache = PolicyCache() } }
  /// Answers what names no vendor: the one that was chosen, else the first. Always one of `vendors` once loaded.
  package var defaultVendor: String?
  /// The vendor that others are compared with: one of `vendors`.
  package var reference: String?
  /// Nil: no exchange is shadowed. See ``shadowReference``.
  package var shadow: ShadowSettings?
  /// Who may use the proxy, each with a key of its own. Empty: whoever reaches it.
  package var clients: [Client] = []
  /// What is done about what is found, and for whom: ask ``policy(vendor:model:)``.
  package var settings = PolicySettings() { didSet { cache = PolicyCache() } }
  /// Who is told when a vendor's fidelity falls.
  package var alarms = AlarmSettings()
  /// Nil: a vendor below the gate stays where it is.
  package var qualityRouting: QualityRouting?
  package var limits = Limits()
  /// Whether vendors over TLS are offered HTTP/2.
  package var offersHTTP2 = false
  /// Event loops. Nil: half as many as cores, since each has an engine thread beside it.
  package var loops: Int?
  package var log = Log()
  /// What is kept of exchanges. Nil: nothing.
  package var recording: Recording?
  /// The user's rules before the embedded ones.
  package var rules: ModelRules { didSet { cache = PolicyCache() } }
  /// The embedded entries, as the user's amend them.
  package var catalogue = VendorCatalogue.embedded
  /// What is allowed and yet looks like a mistake: to be shown once, at the start.
  package var warnings: [ConfigurationProblem] = []
  /// A warning for each key written out in the file. They matter, and should be shown, when others can read the file.
  package var literalKeys: [ConfigurationProblem] = []
  private var cache = PolicyCache()

  package init(vendors: [Vendor], rules: ModelRules = .embedded) {
    self.vendors = vendors
    self.rules = rules
    defaultVendor = vendors.first?.name
  }

  package func vendor(named name: String) -> Vendor? { vendors.first { $0.name == name } }

  /// The generation of `model` at `vendor`: the vendor's entry decides, else the model's name; no name at all is K2.
  package func generation(of model: String?, at vendor: Vendor) -> Generation {
    vendor.generation ?? rules.generation(of: model ?? "")
  }

  /// What holds for a vendor of this configuration and a model as named in a request. Cheap enough for each request: one look
  /// into a table that all copies of this configuration share.
  package func policy(vendor: Vendor, model: String) -> Policy {
    if let known = cache.policy(vendor: vendor.name, model: model) { return known }
    let policy = settings.policy(vendor: vendor, model: model, rules: rules)
    cache.remember(policy, vendor: vendor.name, model: model)
    return policy
  }

  /// How many policies are kept for the next request. For tests and figures.
  package var rememberedPolicies: Int { cache.count }
}
