// SPDX-License-Identifier: Apache-2.0
import Inspection

/// What the file says, before anything else is asked. Nil and empty where it says nothing.
struct ConfigurationFile {
  var listen: Located<Address>?
  var reusesPort = false
  var allowedOrigins: [Origin] = []
  var console: Located<Address?>?
  var consoleToken: Secret?
  var vendors: [Located<Vendor>] = []
  /// By the vendor's name.
  var dialects: [String: VendorDialect] = [:]
  var defaultVendor: Located<String>?
  var reference: Located<VendorChoice>?
  var mode: Mode?
  var enforce = EnforceSection()
  var responseIDs: ResponseIDForm?
  var limits = Limits()
  var offersHTTP2 = false
  var loops: Located<Int>?
  var logLevel: Located<Log.Level>?
  var logFormat: Located<Log.Format>?
  /// With the findings and policies at the top of the file, and with its rule files behind it all.
  var rules = RuleSections()
  var literalKeys: [ConfigurationProblem] = []

  private(set) var clients = ClientSection()
  private(set) var tls = TLSSection()
  private(set) var store = StoreSection()
  private(set) var shadow = ShadowSection()
  private(set) var alarms = AlarmSettings()
  private(set) var qualityRouting: QualityRouting?
  private(set) var qualityRoutingPlace: Place?
  private(set) var qualityRoutingVendors: [Located<String>] = []
  /// Vendors whose entries have problems.
  private var brokenVendors: [String] = []
  /// Whether the list of vendors could be read at all.
  private var hasVendors = true

  init() {}

  init(_ source: SourceText, environment: [String: String], ruleFiles: RuleFiles, log: ProblemLog) {
    guard let document = YAMLDocument.read(source, log: log) else {
      hasVendors = false
      return
    }
    guard let root = document.root else { return }
    let context = YAMLContext(source: source, environment: environment, log: log, renamed: document.renamed)
    guard var map = YAMLValue(node: root, name: "", context: context).map() else { return }

    listen = map.parsed("listen", Address.parse)
    reusesPort = map.parsed("reuse_port", Words.yesOrNo)?.value ?? false
    allowedOrigins = map.list("allowed_origins").compactMap { Origin(reading: $0) }
    console = map.parsed("console", Address.parseOrOff)
    consoleToken = map.entry("console_token").flatMap { Secret(reading: $0, by: Secret.parseToken, literalKeys: &literalKeys) }
    if let entry = map.entry("vendors") {
      let section = entry.map()
      hasVendors = section != nil
      for vendor in section?.named ?? [] { readVendor(vendor.key, at: vendor.place, vendor.value) }
    }
    if let entry = map.entry("tls") { tls = TLSSection(reading: entry, files: ruleFiles) }
    if let entry = map.entry("clients") { clients = ClientSection(reading: entry) }
    defaultVendor = map.parsed("default_vendor", VendorName.parse)
    reference = map.parsed("reference", VendorChoice.parse)
    mode = map.parsed("mode", Words.parser(of: Mode.self))?.value
    if let section = map.map("enforce") { enforce = EnforceSection(reading: section) }
    responseIDs = map.parsed("response_ids", Words.parser(of: ResponseIDForm.self))?.value
    rules.actions = map.map("findings").map(readFindingActions) ?? [:]
    rules.policies = SourcedPolicy.read("policies", of: &map)
    if let entry = map.entry("store") { store = StoreSection(reading: entry) }
    if let entry = map.entry("shadow") { shadow = ShadowSection(reading: entry) }
    if let section = map.map("alarms") { alarms = AlarmSettings(reading: section, literalKeys: &literalKeys) }
    if let entry = map.entry("quality_routing"), !entry.isNull {
      qualityRouting = QualityRouting(reading: entry, vendorPlaces: &qualityRoutingVendors)
      qualityRoutingPlace = entry.place
    }
    if let section = map.map("limits") { limits = Limits(reading: section) }
    offersHTTP2 = map.parsed("http2", Words.yesOrNo)?.value ?? false
    loops = map.parsed("loops", Words.integer(within: 1...1024))
    if var section = map.map("log") {
      logLevel = section.parsed("level", Words.parser(of: Log.Level.self))
      logFormat = section.parsed("format", Words.parser(of: Log.Format.self))
      section.finish()
    }
    if var section = map.map("rules") {
      rules.append(RuleSections(readingSection: &section))
      for file in section.list("files") { readRules(file, ruleFiles) }
      section.finish()
    }
    map.finish()
  }

  private mutating func readVendor(_ name: String, at place: Place, _ value: YAMLValue) {
    let checked = Located(value: name, name: value.name, place: place).parsed(value.context.log, VendorName.parse)
    let vendor = Vendor(reading: value, name: name, at: place, dialect: &dialects[name], literalKeys: &literalKeys)
    if let vendor, checked != nil {
      vendors.append(Located(value: vendor, name: value.name, place: place))
    } else {
      brokenVendors.append(name)
    }
  }

  private mutating func readRules(_ value: YAMLValue, _ files: RuleFiles) {
    guard let path = value.parsed(Words.text) else { return }
    do throws(UnreadableFile) {
      let source = SourceText(name: files.name(path.value), text: try files.read(path.value))
      let log = value.context.log.log(for: source)
      rules.append(RuleSections(source, environment: value.context.environment, log: log))
    } catch {
      value.report(Complaint("names a file that cannot be read: \(error.why)", "name a YAML file, from the folder of this one"))
    }
  }

  /// Whether the file may well have a vendor of this name that could not be read, so that its absence is no news.
  func mayHold(vendor name: String) -> Bool { !hasVendors || brokenVendors.contains(name) }
}
