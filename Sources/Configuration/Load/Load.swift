// SPDX-License-Identifier: Apache-2.0
import Inspection

extension BelayConfiguration {
  /// Reads and checks everything that `belay serve` is told: flags win over the environment, over the file, over the
  /// defaults.
  ///
  /// - Parameters:
  ///   - yaml: the text of the configuration file; nil when there is none.
  ///   - file: its name, as problems are to show it.
  ///   - environment: all variables, for `${NAME}` in the file and for those of ``Setting``.
  ///   - overrides: the flags.
  ///   - ruleFiles: where the files of `rules: files:` are, and those of `tls:`.
  ///   - now: seconds since the epoch; nil: what the clock says.
  /// - Throws: every problem there is, not only the first. The file is checked also where a flag replaces what it says.
  package static func load(
    _ yaml: String?, file name: String = "belay.yaml", environment: [String: String] = [:],
    overrides: Overrides = Overrides(), ruleFiles: RuleFiles = RuleFiles(), now: Int64? = nil
  ) throws(ConfigurationErrors) -> BelayConfiguration {
    let source = SourceText(name: name, text: yaml ?? "")
    let log = ProblemLog(source)
    let file =
      yaml == nil
      ? ConfigurationFile() : ConfigurationFile(source, environment: environment, ruleFiles: ruleFiles, log: log)
    let given = Given(overrides: overrides, environment: environment, log: log)

    var book = VendorBook(file, log: log)
    let chosen = book.choose(given.texts(.vendor).compactMap { $0.parsed(log, VendorChoice.parse) })
    let reference = (given.parsed(.reference, VendorChoice.parse) ?? file.reference).flatMap { book.addReference($0) }
    for vendor in book.names {
      let variable = Setting.keyVariable(of: vendor)
      guard let text = environment[variable], !text.isEmpty else { continue }
      let located = Located(value: text, name: variable, place: .environment)
      if let key = located.parsed(log, Secret.parse)?.value { book.setKey(key, of: vendor) }
    }
    given.warnOfSlips(keyVariables: book.names.map(Setting.keyVariable))

    let embedded = ModelRules.embedded
    let rules = ModelRules(
      file.rules.models + embedded.rules, traitRules: file.rules.traits + embedded.traitRules)
    let catalogue = VendorCatalogue.embedded.amended(by: file.rules.vendors)
    let vendors = book.vendors.map { $0.value.speaking(file.dialects[$0.value.name], from: catalogue, log: log) }
    var configuration = BelayConfiguration(vendors: vendors, rules: rules)
    configuration.catalogue = catalogue
    let failover = given.failover() ?? file.enforce.failover
    configuration.settings = PolicySettings(file, given: given, failover: failover.compactMap { book.existing($0) })
    let listen = given.parsed(.listen, Address.parse) ?? file.listen
    let console = given.parsed(.console, Address.parseOrOff) ?? file.console
    if let listen { configuration.listen = listen.value }
    configuration.reusesPort = file.reusesPort
    configuration.allowedOrigins = file.allowedOrigins
    if let console { configuration.console = console.value }
    configuration.tls = TLSLoader(files: ruleFiles, log: log, now: now).settings(file.tls, given: given)
    configuration.consoleToken = given.consoleToken() ?? file.consoleToken
    let fileDefault = file.defaultVendor.flatMap { book.existing($0) }
    configuration.defaultVendor = chosen ?? fileDefault ?? book.names.first
    configuration.reference = reference
    configuration.shadow = file.shadow.isOff ? nil : reference != nil || file.shadow.settings.baseline != nil ? file.shadow.settings : nil
    configuration.clients = file.clients.clients(book, log: log)
    configuration.limits = file.limits
    configuration.alarms = file.alarms
    configuration.qualityRouting = file.qualityRouting
    configuration.recording = file.store.recording(option: overrides.store, environment: environment)
    configuration.offersHTTP2 = file.offersHTTP2
    configuration.loops = (given.parsed(.loops, Words.integer(within: 1...1024)) ?? file.loops)?.value
    let level = given.parsed(.logLevel, Words.parser(of: Log.Level.self)) ?? file.logLevel
    if let level { configuration.log.level = level.value }
    let format = given.parsed(.logFormat, Words.parser(of: Log.Format.self)) ?? file.logFormat
    if let format { configuration.log.format = format.value }

    CrossChecks(configuration: configuration, book: book, listen: listen, console: console, tls: file.tls, log: log).run()
    ShadowChecks(configuration: configuration, file: file, log: log).run()
    EnforceChecks(configuration: configuration, file: file, failover: failover, log: log).run()
    AlarmChecks(configuration: configuration, file: file, log: log).run()
    ProxyChecks(environment: environment, book: book, log: log).run()
    configuration.warnings = log.sorted.filter { $0.severity == .warning }
    configuration.literalKeys = file.literalKeys
    if log.hasErrors { throw ConfigurationErrors(problems: log.sorted) }
    return configuration
  }
}
