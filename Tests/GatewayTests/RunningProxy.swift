// SPDX-License-Identifier: Apache-2.0
import Configuration
import Foundation
import Gateway
import Logging
import Simulator
import Store
import Synchronization

/// A gateway on a port of its own, in this process, for one test.
struct RunningProxy: Sendable {
  let port: Int
  let consolePort: Int
  let gateway: Gateway
  let lines: Lines

  /// The exchange log, as written.
  final class Lines: Sendable {
    private let state = Mutex((text: "", count: 0))
    private let keeps: Bool

    init(keeps: Bool = true) { self.keeps = keeps }

    func append(_ more: [UInt8]) {
      state.withLock {
        $0.count += more.count { $0 == UInt8(ascii: "\n") }
        if keeps { $0.text += String(decoding: more, as: UTF8.self) }
      }
    }

    var all: String { state.withLock { $0.text } }
    var count: Int { state.withLock { $0.count } }
  }

  static func with<Result: Sendable>(
    vendors: [Configuration.Vendor], writer: StoreWriter? = nil, lines: Lines = Lines(),
    adjust: (inout BelayConfiguration) -> Void = { _ in },
    _ body: @escaping @Sendable (RunningProxy) async throws -> Result
  ) async throws -> Result {
    var configuration = BelayConfiguration(vendors: vendors)
    configuration.listen.port = 0
    configuration.console?.port = 0
    configuration.loops = 1
    configuration.limits.drain = .seconds(5)
    adjust(&configuration)
    let (started, continuation) = AsyncStream<Gateway.Bound>.makeStream()
    let gateway = Gateway(
      configuration, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, writeLines: lines.append, writer: writer,
      started: { continuation.yield($0) })
    return try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask {
        defer { continuation.finish() }
        try await gateway.run()
      }
      guard let bound = await started.first(where: { _ in true }) else {
        try await tasks.waitForAll()
        throw CancellationError()
      }
      let proxy = RunningProxy(
        port: bound.port, consolePort: bound.console?.port ?? 0, gateway: gateway, lines: lines)
      let result: Swift.Result<Result, any Error>
      do { result = .success(try await body(proxy)) } catch { result = .failure(error) }
      // Cancelling stands for SIGTERM: the gateway drains and returns.
      tasks.cancelAll()
      try await tasks.waitForAll()
      return try result.get()
    }
  }

  /// In front of one simulated vendor.
  static func with<Result: Sendable>(
    vendor: SimulatorServer, adjust: (inout BelayConfiguration) -> Void = { _ in },
    _ body: @escaping @Sendable (RunningProxy) async throws -> Result
  ) async throws -> Result {
    try await with(vendors: [Configuration.Vendor(name: "vendor", baseURL: vendor.baseURL)], adjust: adjust, body)
  }
}

/// `Tests/run --long`.
let isLongRun = ProcessInfo.processInfo.environment["BELAY_LONG_TESTS"] != nil

/// Real inputs that are not part of the project. Tests that need them are skipped, by name, where they are absent.
enum SharedData {
  static let folder: URL = {
    if let path = ProcessInfo.processInfo.environment["BELAY_SHARED_DATA"] { return URL(filePath: path) }
    return URL(filePath: #filePath).appending(path: "../../../../shared/data").standardized
  }()

  static func isPresent(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: folder.appending(path: name).path)
  }

  static func bytes(_ name: String) throws -> [UInt8] {
    try [UInt8](Data(contentsOf: folder.appending(path: name)))
  }

  static func lines(_ name: String) throws -> [[UInt8]] {
    try bytes(name).split(separator: 0x0A).map(Array.init)
  }
}
