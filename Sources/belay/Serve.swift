// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Configuration
import Foundation
import Gateway
import Logging
import ServiceLifecycle
import Store
import Synchronization
import UnixSignals
import Upstream

struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run the proxy.",
    discussion: """
      Chat completions are inspected and their tool-call ids put right; any other path passes through. The client's \
      Authorization header goes to the vendor unless the vendor has a key of its own (api_key in belay.yaml).

      With several vendors, the first is the default; a client names another in its base URL \
      (http://127.0.0.1:8611/{vendor}/v1) or in the header x-belay-vendor.

      With a reference, a sample of conversations with tools is asked of it again, once the client is served, and both \
      answers are compared. What leaves: the whole request, with the reference's own key; no header of the client's. \
      Without a key of its own the reference is not asked. A client keeps its request back with x-belay-shadow: off, \
      belay.yaml with shadow: off, or with budgets and rules there.

      Flags win over environment variables (BELAY_VENDOR, BELAY_REFERENCE, BELAY_MODE, BELAY_REPAIRS, BELAY_RESPONSE_IDS, \
      BELAY_ON_EXHAUSTED, BELAY_FAILOVER, BELAY_STORE, BELAY_TLS_CERTIFICATE, BELAY_TLS_KEY, BELAY_LISTEN, BELAY_CONSOLE, BELAY_CONFIG, BELAY_LOG_LEVEL, \
      BELAY_LOG_FORMAT), and \
      those over the file. SIGTERM and Ctrl-C let exchanges under way end.
      """)

  @Option(help: "A vendor's base URL, or NAME=URL. Repeat for several.")
  var vendor: [String] = []

  @Option(help: "The vendor that others are compared with: a URL, NAME=URL, or the name of a vendor. A sample of requests goes there too.")
  var reference: String?

  @Option(help: "observe, annotate or enforce (default: observe). Holds everywhere, whatever the file says of single vendors.")
  var mode: String?

  @Option(help: "What enforce may mend by itself: all, none, or names with commas between (default: all).")
  var repairs: String?

  @Option(help: "The ids of calls that clients get: vendor, canonical or safe (default: vendor).")
  var responseIds: String?

  @Option(help: "What a client gets when nothing has helped: error, or pass the last answer (default: error).")
  var onExhausted: String?

  @Option(help: "A vendor, by its name, to ask when another fails. Repeat for several. Asked with its own key only.")
  var failover: [String] = []

  @Option(help: "Where agents connect (default: 127.0.0.1:8611).")
  var listen: String?

  @Option(help: "Where /health and figures are served, or 'off' (default: 127.0.0.1:8612).")
  var console: String?

  @Option(help: "The file where exchanges are kept, or 'off' (default: $XDG_STATE_HOME/belay/belay.sqlite).")
  var store: String?

  @Option(help: "The PEM file of the certificate that agents are shown, and of those above it: they then use https. Read again on SIGHUP.")
  var tlsCertificate: String?

  @Option(help: "The PEM file of its private key.")
  var tlsKey: String?

  @Option(help: "The configuration file (default: belay.yaml in this folder, if there is one).")
  var config: String?

  @Option(help: "trace, debug, info, notice, warning, error or critical. From 'notice' on, exchanges are not logged.")
  var logLevel: String?

  @Option(help: "text or json.")
  var logFormat: String?

  @Flag(help: "Print a table of what passed when the proxy stops.")
  var summary = false

  func run() async throws {
    // Until it is trapped, a reload would end the process.
    signal(SIGHUP, SIG_IGN)
    let reloads = await UnixSignalsSequence(trapping: .sighup)
    FreeMemory.handBack()
    let found = config == nil ? FoundFile(environment: ProcessInfo.processInfo.environment) : nil
    let configuration = try read()
    let log = configuration.log
    let lines = LineQueue({ Output.write($0, to: STDERR_FILENO) }) { Self.dropped($0, log.format) }
    defer { lines.flush() }
    LoggingSystem.bootstrap { _ in
      LineLogHandler(level: Logger.Level(log.level), format: log.format) { lines.write(Array($0.utf8)) }
    }
    let logger = Logger(label: "belay")
    Reloading.warn(of: configuration, logger)

    let writer = try StoreWriter.of(configuration)
    let records = configuration.recording.flatMap { recording in
      writer.map { writer in ConsoleStore(path: recording.path) { writer.status } }
    }
    let (starting, started) = AsyncStream<Void>.makeStream()
    let gateway = Gateway(configuration, logger: logger, writeLines: lines.write, store: records, writer: writer) { bound in
      defer { started.finish() }
      if let found { Output.line(found.line) }
      Output.line("belay on \(bound.url)")
      for vendor in configuration.vendors { Output.line(FoundFile.line(of: vendor.name, at: vendor.baseURL)) }
      if let line = configuration.shadowLine { Output.line(line) }
      if let console = bound.consoleURL { Output.line("console on \(console)") }
      if let recording = configuration.recording { Output.line("exchanges are kept in \(recording.path)") }
    }
    let reloading = Reloading(gateway: gateway, signals: reloads, starting: starting, logger: logger, read: read)
    let services = ServiceGroup(
      services: [gateway, reloading], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
    try await services.run()
    if summary {
      // After the log, where both are one stream; and one that nobody reads does not keep the process.
      lines.flush(within: 1)
      let table = LineQueue({ Output.write($0, to: STDOUT_FILENO) }) { _ in [] }
      table.write(Array(("\n" + gateway.tally.table()).utf8))
      table.flush(within: 1)
    }
  }

  private func read() throws -> BelayConfiguration {
    try BelayConfiguration.read(
      path: config, environment: ProcessInfo.processInfo.environment,
      overrides: Overrides(
        listen: listen, console: console, vendors: vendor, reference: reference, mode: mode, repairs: repairs,
        responseIDs: responseIds, onExhausted: onExhausted, failover: failover, store: store,
        tlsCertificate: tlsCertificate, tlsKey: tlsKey, logLevel: logLevel, logFormat: logFormat))
  }

  /// The line for lines that nobody read in time, or that could not be written. By a handler of its own: it has its place where they
  /// would have stood.
  private static func dropped(_ count: Int, _ format: Log.Format) -> [UInt8] {
    let line = Mutex("")
    let logger = Logger(label: "belay") { _ in
      LineLogHandler(level: .warning, format: format) { text in line.withLock { $0 = text } }
    }
    logger.warning("lines of the log were dropped: nobody read it, or it could not be written", metadata: ["lines": "\(count)"])
    return Array(line.withLock { $0 }.utf8)
  }
}
