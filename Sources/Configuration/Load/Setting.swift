// SPDX-License-Identifier: Apache-2.0

/// What can be told without a file: the one table of flags and environment variables. A flag wins over its variable,
/// and both win over the file. An empty variable counts as unset.
package enum Setting: String, CaseIterable, Sendable {
  case config, listen, console, vendor, reference, mode, repairs, responseIDs, onExhausted, failover, store, tlsCertificate, tlsKey, loops, logLevel, logFormat

  /// Whether it may be given several times; in its variable, with blanks between.
  var isRepeatable: Bool { self == .vendor || self == .failover }

  /// `BELAY_LISTEN`.
  package var variable: String {
    switch self {
    case .config: "BELAY_CONFIG"
    case .listen: "BELAY_LISTEN"
    case .console: "BELAY_CONSOLE"
    case .vendor: "BELAY_VENDOR"
    case .reference: "BELAY_REFERENCE"
    case .mode: "BELAY_MODE"
    case .repairs: "BELAY_REPAIRS"
    case .responseIDs: "BELAY_RESPONSE_IDS"
    case .onExhausted: "BELAY_ON_EXHAUSTED"
    case .failover: "BELAY_FAILOVER"
    case .store: StorePlace.variable
    case .tlsCertificate: "BELAY_TLS_CERTIFICATE"
    case .tlsKey: "BELAY_TLS_KEY"
    case .loops: "BELAY_LOOPS"
    case .logLevel: "BELAY_LOG_LEVEL"
    case .logFormat: "BELAY_LOG_FORMAT"
    }
  }

  /// `--listen`.
  package var flag: String {
    switch self {
    case .config: "--config"
    case .listen: "--listen"
    case .console: "--console"
    case .vendor: "--vendor"
    case .reference: "--reference"
    case .mode: "--mode"
    case .repairs: "--repairs"
    case .responseIDs: "--response-ids"
    case .onExhausted: "--on-exhausted"
    case .failover: "--failover"
    case .store: "--store"
    case .tlsCertificate: "--tls-certificate"
    case .tlsKey: "--tls-key"
    case .loops: "--loops"
    case .logLevel: "--log-level"
    case .logFormat: "--log-format"
    }
  }

  /// For `--help` and the documentation.
  package var meaning: String {
    switch self {
    case .config: "the configuration file; without it ./belay.yaml, if there is one"
    case .listen: "where agents connect, HOST:PORT, default 127.0.0.1:8611; :PORT is all interfaces"
    case .console: "where the console, its figures and health are, HOST:PORT or off, default 127.0.0.1:8612; elsewhere than on this machine "
        + "it needs a token, BELAY_CONSOLE_TOKEN"
    case .vendor:
      "a vendor as URL, NAME=URL, or NAME for one in the file; may be repeated (in the variable: parted by blanks), "
        + "and the first answers what names no vendor"
    case .reference: "the vendor that others are compared with, as URL, NAME=URL or NAME"
    case .mode:
      "observe, annotate or enforce, default observe; it holds for every vendor and model, whatever the file says of single "
        + "ones"
    case .repairs: "the repairs of enforce: all, none, or names with commas between, default all; it holds everywhere"
    case .responseIDs: "the ids of calls for clients: vendor, canonical or safe, default vendor; it holds everywhere"
    case .onExhausted: "what a client gets when nothing has helped: error, or pass the last answer, default error"
    case .failover:
      "a vendor, by its name, to ask when another fails; may be repeated (in the variable: parted by blanks), and is asked "
        + "with its own key only"
    case .store: "the file where exchanges are kept, or off; default $XDG_STATE_HOME/belay/belay.sqlite"
    case .tlsCertificate: "the PEM file of the certificate that agents are shown, and of those above it: with it, they use https"
    case .tlsKey: "the PEM file of its private key"
    case .loops: "event loops, each with an engine thread of its own; default half as many as cores"
    case .logLevel: "trace, debug, info, notice, warning, error or critical, default info"
    case .logFormat: "text or json, default text"
    }
  }

  /// The variable that holds a vendor's key, `BELAY_FIREWORKS_API_KEY`, which wins over `api_key` in the file.
  package static func keyVariable(of vendor: String) -> String {
    "BELAY_\(String(vendor.uppercased().map { $0 == "-" ? "_" : $0 }))_API_KEY"
  }
}
