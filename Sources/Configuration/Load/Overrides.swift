// SPDX-License-Identifier: Apache-2.0

/// What was given on the command line, as it was written: it is checked together with the rest.
package struct Overrides: Equatable, Sendable {
  package var listen: String?
  package var console: String?
  /// `--vendor` may be repeated.
  package var vendors: [String]
  package var reference: String?
  package var mode: String?
  package var repairs: String?
  package var responseIDs: String?
  package var onExhausted: String?
  /// `--failover` may be repeated.
  package var failover: [String]
  package var store: String?
  package var tlsCertificate: String?
  package var tlsKey: String?
  package var loops: String?
  package var logLevel: String?
  package var logFormat: String?

  package init(
    listen: String? = nil, console: String? = nil, vendors: [String] = [], reference: String? = nil,
    mode: String? = nil, repairs: String? = nil, responseIDs: String? = nil, onExhausted: String? = nil,
    failover: [String] = [], store: String? = nil, tlsCertificate: String? = nil, tlsKey: String? = nil, loops: String? = nil,
    logLevel: String? = nil, logFormat: String? = nil
  ) {
    self.listen = listen
    self.console = console
    self.vendors = vendors
    self.reference = reference
    self.mode = mode
    self.repairs = repairs
    self.responseIDs = responseIDs
    self.onExhausted = onExhausted
    self.failover = failover
    self.store = store
    self.tlsCertificate = tlsCertificate
    self.tlsKey = tlsKey
    self.loops = loops
    self.logLevel = logLevel
    self.logFormat = logFormat
  }

  fileprivate func texts(of setting: Setting) -> [String] {
    switch setting {
    case .config: []
    case .listen: [listen].compactMap { $0 }
    case .console: [console].compactMap { $0 }
    case .vendor: vendors
    case .reference: [reference].compactMap { $0 }
    case .mode: [mode].compactMap { $0 }
    case .repairs: [repairs].compactMap { $0 }
    case .responseIDs: [responseIDs].compactMap { $0 }
    case .onExhausted: [onExhausted].compactMap { $0 }
    case .failover: failover
    case .store: [store].compactMap { $0 }
    case .tlsCertificate: [tlsCertificate].compactMap { $0 }
    case .tlsKey: [tlsKey].compactMap { $0 }
    case .loops: [loops].compactMap { $0 }
    case .logLevel: [logLevel].compactMap { $0 }
    case .logFormat: [logFormat].compactMap { $0 }
    }
  }
}

/// What stands above the file: the command line, then the environment.
struct Given {
  let overrides: Overrides
  let environment: [String: String]
  let log: ProblemLog

  /// Every text given for a setting; several only for `--vendor` and `--failover`. The command line replaces the environment as a whole.
  func texts(_ setting: Setting) -> [Located<String>] {
    let flags = overrides.texts(of: setting)
    if !flags.isEmpty { return flags.map { Located(value: $0, name: setting.flag, place: .commandLine) } }
    guard let variable = environment[setting.variable], !variable.isEmpty else { return [] }
    let parts = setting.isRepeatable ? variable.split(whereSeparator: \.isWhitespace).map(String.init) : [variable]
    return parts.map { Located(value: $0, name: setting.variable, place: .environment) }
  }

  func parsed<Result>(_ setting: Setting, _ parse: (String) throws(Complaint) -> Result) -> Located<Result>? {
    texts(setting).first?.parsed(log, parse)
  }

  /// The vendors to fail over to. Nil: nothing is said above the file.
  func failover() -> [Located<String>]? {
    let texts = texts(.failover)
    return texts.isEmpty ? nil : texts.compactMap { $0.parsed(log, VendorName.parse) }
  }

  /// Only from the environment: what stands on a command line is seen by everybody on the machine.
  func consoleToken() -> Secret? {
    guard let text = environment[Self.tokenVariable], !text.isEmpty else { return nil }
    return Located(value: text, name: Self.tokenVariable, place: .environment).parsed(log, Secret.parseToken)?.value
  }

  private static let tokenVariable = "BELAY_CONSOLE_TOKEN"

  /// Warns of variables that look like a slip of the pen. Others that begin with `BELAY_` may be anybody's: Kubernetes
  /// makes `BELAY_PORT` for a service named belay.
  func warnOfSlips(keyVariables: [String]) {
    let known = Setting.allCases.map(\.variable) + [Self.tokenVariable] + keyVariables
    for name in environment.keys.sorted() where name.hasPrefix("BELAY_") && !known.contains(name) {
      guard let guess = nearest(to: String(name.dropFirst(6)), among: known.map { String($0.dropFirst(6)) }) else {
        continue
      }
      log.warn("`\(name)` means nothing here: did you mean `BELAY_\(guess)`?", "", at: .environment)
    }
  }
}
