// SPDX-License-Identifier: Apache-2.0
import Configuration
import Foundation
import Gateway
import JSON
import NIOCore
import Simulator
import Store
import Testing

/// The shadow over real connections: a vendor, a reference, and what clients see of it.
@Suite(.timeLimit(.minutes(2))) struct ShadowFlowTests {
  /// Everything is shadowed, as fast as it goes.
  static func everything(_ configuration: inout BelayConfiguration, _ change: (inout ShadowSettings) -> Void = { _ in }) {
    var settings = ShadowSettings()
    (settings.sample, settings.repeats, settings.perMinute, settings.perDay) = (1, 0, 100_000, 100_000_000)
    (settings.tokensPerDay, settings.queue, settings.concurrency) = (1_000_000_000, 100_000, 8)
    change(&settings)
    configuration.reference = "reference"
    configuration.shadow = settings
    configuration.log.level = .critical
  }

  private static func ask(_ port: Int, _ body: [UInt8], headers: [String] = [], target: String = "/v1/chat/completions") async throws
    -> RawConnection.Response
  {
    try await RawConnection.with(port: port) { reader, writer in
      try await writer.write(request("POST", target, headers: headers, body: body))
      return try await reader.response()
    }
  }

  private static func status(_ proxy: RunningProxy) async throws -> JSONValue {
    let response = try await RawConnection.with(port: proxy.consolePort) { reader, writer in
      try await writer.write(request("GET", "/api/status"))
      return try await reader.response()
    }
    return try JSONValue(parsing: response.body)["shadow"] ?? .null
  }

  /// Asks until it is so.
  private static func until(_ proxy: RunningProxy, _ condition: (JSONValue) -> Bool) async throws -> JSONValue {
    let end = ContinuousClock.now + .seconds(30)
    while true {
      let status = try await status(proxy)
      if condition(status) { return status }
      try #require(ContinuousClock.now < end, "\(status)")
    }
  }

  // MARK: Keys

  @Test("no key ever reaches a vendor that it does not belong to")
  func keys() async throws {
    func vendor(_ key: String?, faults: [String] = []) async throws -> SimulatorServer {
      var options = SimulatorOptions()
      options.key = key
      options.faults = try faults.map { try FaultUse($0) }
      return try await SimulatorServer.start(options)
    }
    let failing = try await vendor("sk-failing-000-aaaa", faults: ["error-503"])
    let other = try await vendor("sk-other-vendor-bbbb")
    let open = try await vendor(nil)
    let reference = try await vendor("sk-reference-0-cccc")
    let vendors = [
      Configuration.Vendor(name: "failing", baseURL: failing.baseURL, apiKey: Secret("sk-failing-000-aaaa")),
      Configuration.Vendor(name: "other", baseURL: other.baseURL, apiKey: Secret("sk-other-vendor-bbbb")),
      Configuration.Vendor(name: "open", baseURL: open.baseURL),
      Configuration.Vendor(
        name: "reference", baseURL: reference.baseURL, apiKey: Secret("sk-reference-0-cccc"), models: ["kimi-k2": "official"]),
    ]
    // A credential can have any name.
    let headers = [
      "Authorization: Bearer sk-client-0000-dddd", "x-api-key: sk-client-0000-dddd", "api-key: sk-client-0000-dddd",
      "Cookie: session=sk-client-0000-dddd", "x-goog-api-key: sk-client-0000-dddd", "x-my-token: sk-client-0000-dddd",
    ]
    let adjust: @Sendable (inout BelayConfiguration) -> Void = {
      Self.everything(&$0) { $0.repeats = 1 }
      $0.settings.mode = .enforce
      $0.settings.enforce.failover = ["other"]
      $0.settings.enforce.ladder = [.otherVendor]
    }
    try await RunningProxy.with(vendors: vendors, adjust: adjust) { proxy in
      for (number, name) in ["failing", "other", "open", "reference"].enumerated() {
        let body = ShadowSample.request("question \(number)", stream: number % 2 == 0)
        let response = try await Self.ask(proxy.port, body, headers: headers, target: "/\(name)/v1/chat/completions")
        // The open vendor is not the one whose key fits: the client's goes there, as it asked for it.
        #expect(response.status == 200, "\(name): \(response.text)")
        #expect(!response.text.contains("sk-"))
      }
      // The failing vendor's own first attempt has no finish reason, and the reference's answer is no shadow's business.
      let status = try await Self.until(proxy) { $0["compared_with_itself"] == 2 && $0["skipped"]?.object?.count == 2 }
      #expect(status["skipped"]?["reference"] == 1 && status["skipped"]?["unanswered"] == 1)
    }
    for (vendor, tail) in [(failing, "aaaa"), (other, "bbbb"), (open, "dddd"), (reference, "cccc")] {
      #expect(!vendor.received.isEmpty)
      for entry in vendor.received {
        #expect(entry.header("authorization")?.hasSuffix(tail) == true)
        let all = entry.headers.map { $0.name + ": " + $0.value }.joined(separator: "\n") + entry.path + String(decoding: entry.bytes, as: UTF8.self)
        for stranger in ["aaaa", "bbbb", "cccc"] where stranger != tail { #expect(!all.contains(stranger)) }
      }
    }
    let shadows = reference.received.filter { $0.header("user-agent") == "belay-shadow" }
    #expect(shadows.count == 4, "two exchanges, each asked twice")
    for entry in shadows {
      #expect(Set(entry.headers.map { $0.name.lowercased() }).isSubset(of: ["host", "content-type", "accept", "user-agent", "accept-encoding", "authorization", "content-length"]))
      #expect(!entry.headers.contains { $0.value.contains("dddd") })
      #expect(try JSONValue(parsing: entry.bytes)["model"] == "official")
    }
    for vendor in [failing, other, open, reference] { await vendor.stop() }
  }

  @Test("without a key of its own the reference is never asked, and the status says so")
  func keyless() async throws {
    let vendor = try await SimulatorServer.start()
    let vendors = [
      Configuration.Vendor(name: "vendor", baseURL: vendor.baseURL, apiKey: Secret("sk-vendor-0000")),
      // Outside of this machine, so that a key is needed; nothing listens there.
      Configuration.Vendor(name: "reference", baseURL: "https://reference.invalid/v1"),
    ]
    try await RunningProxy.with(vendors: vendors, adjust: { Self.everything(&$0) }) { proxy in
      #expect(try await Self.ask(proxy.port, ShadowSample.request("x"), headers: ["Authorization: Bearer sk-client"]).status == 200)
      let status = try await Self.status(proxy)
      #expect(status["state"] == "no_key" && status["requests"] == [:] && status["waiting"] == 0)
    }
    await vendor.stop()
  }

  // MARK: Who is asked

  @Test("a client keeps its request here, its header stays here too, and exchanges without tools are not sent")
  func optOut() async throws {
    let (vendor, reference) = (try await SimulatorServer.start(), try await SimulatorServer.start())
    try await RunningProxy.with(vendors: Self.pair(vendor, reference), adjust: { Self.everything(&$0) }) { proxy in
      _ = try await Self.ask(proxy.port, ShadowSample.request("private"), headers: ["x-belay-shadow: off"])
      _ = try await Self.ask(proxy.port, ShadowSample.request("plain", tools: false))
      _ = try await Self.ask(proxy.port, ShadowSample.request("shared"))
      let status = try await Self.until(proxy) { $0["compared"] == 1 && $0["skipped"]?.object?.count == 2 }
      #expect(status["skipped"]?["opted_out"] == 1 && status["skipped"]?["no_tools"] == 1)
    }
    #expect(vendor.received.count == 3 && vendor.received.allSatisfy { $0.header("x-belay-shadow") == nil })
    #expect(reference.received.map { String(decoding: $0.bytes, as: UTF8.self).contains("shared") } == [true])
    await vendor.stop()
    await reference.stop()
  }

  private static func pair(_ vendor: SimulatorServer, _ reference: SimulatorServer) -> [Configuration.Vendor] {
    [
      Configuration.Vendor(name: "vendor", baseURL: vendor.baseURL), Configuration.Vendor(name: "reference", baseURL: reference.baseURL),
    ]
  }

  // MARK: A bad reference

  @Test(
    "a reference that hangs, fails or floods changes nothing for clients, and the stop is not delayed by it",
    arguments: ["stall-before-headers", "stall-mid-stream", "error-500", "error-429=1", "error-401", "reset-before-headers", "garbage", "stream-cut", "flood"])
  func badReference(_ fault: String) async throws {
    let vendor = try await SimulatorServer.start()
    var options = SimulatorOptions()
    if fault != "flood" { options.faults = [try FaultUse(fault)] }
    let reference = try await SimulatorServer.start(options)
    let flood = try await FloodingVendor.start(events: .max)
    let url = fault == "flood" ? "http://127.0.0.1:\(flood.port)/v1" : reference.baseURL
    let vendors = [
      Configuration.Vendor(name: "vendor", baseURL: vendor.baseURL), Configuration.Vendor(name: "reference", baseURL: url),
    ]
    func answers(shadowed: Bool) async throws -> [[UInt8]] {
      let adjust: @Sendable (inout BelayConfiguration) -> Void = {
        if shadowed { Self.everything(&$0) { ($0.timeout, $0.failures, $0.drain) = (.seconds(60), 3, .milliseconds(100)) } }
      }
      return try await RunningProxy.with(vendors: vendors, adjust: adjust) { proxy in
        let bodies = try await RawConnection.with(port: proxy.port) { reader, writer in
          var bodies: [[UInt8]] = []
          for number in 0..<40 {
            try await writer.write(request(body: ShadowSample.request("question \(number)", stream: number % 2 == 0)))
            let response = try await reader.response()
            #expect(response.status == 200)
            bodies.append(response.body)
          }
          return bodies
        }
        if shadowed {
          // It has been asked: whatever it does, it does now.
          let status = try await Self.until(proxy) { ($0["underway"]?.int ?? 0) + ($0["requests"]?.object?.count ?? 0) > 0 }
          // Those cut short streams alone: half of the answers are none.
          #expect(status["compared"] == 0 || fault == "stream-cut")
          if ["error-500", "error-401", "error-429=1", "reset-before-headers", "garbage"].contains(fault) {
            let paused = try await Self.until(proxy) { $0["state"] == "paused" }
            #expect(paused["reason"]?.string?.isEmpty == false)
            let metrics = try await RawConnection.with(port: proxy.consolePort) { reader, writer in
              try await writer.write(request("GET", "/metrics"))
              return try await reader.response().text
            }
            #expect(metrics.contains("belay_shadow_paused 1.0") || fault == "error-429=1")
          }
        }
        return bodies
      }
    }
    let alone = try await answers(shadowed: false)
    let start = ContinuousClock.now
    #expect(try await answers(shadowed: true) == alone)
    #expect(ContinuousClock.now - start < .seconds(20), "nobody waits for a minute's timeout")
    await vendor.stop()
    await reference.stop()
    await flood.stop()
  }

  @Test("a reload switches the shadow on and off")
  func reload() async throws {
    let (vendor, reference) = (try await SimulatorServer.start(), try await SimulatorServer.start())
    let vendors = Self.pair(vendor, reference)
    try await RunningProxy.with(vendors: vendors) { proxy in
      var on = BelayConfiguration(vendors: vendors)
      Self.everything(&on)
      for (number, configuration) in [BelayConfiguration(vendors: vendors), on, BelayConfiguration(vendors: vendors), on].enumerated() {
        try await proxy.gateway.reload(configuration)
        #expect(try await Self.ask(proxy.port, ShadowSample.request("question \(number)")).status == 200)
        if configuration.isShadowed { _ = try await Self.until(proxy) { $0["state"] == "active" && $0["compared"]?.int == (number + 1) / 2 } }
      }
    }
    let asked = reference.received.map { String(decoding: $0.bytes, as: UTF8.self) }
    #expect(asked.count == 2 && asked[0].contains("question 1") && asked[1].contains("question 3"))
    await vendor.stop()
    await reference.stop()
  }

  @Test("what began under one reference is not shown to the next")
  func reloadUnderWay() async throws {
    var slow = SimulatorOptions()
    slow.pace = .milliseconds(100)
    let vendor = try await SimulatorServer.start(slow)
    let (first, second) = (try await SimulatorServer.start(), try await SimulatorServer.start())
    try await RunningProxy.with(vendors: Self.pair(vendor, first), adjust: { Self.everything(&$0) }) { proxy in
      try await RawConnection.with(port: proxy.port) { reader, writer in
        try await writer.write(request(body: ShadowSample.request("begun before", stream: true)))
        #expect(try await reader.head().status == 200)
        var configuration = BelayConfiguration(vendors: Self.pair(vendor, second))
        Self.everything(&configuration)
        try await proxy.gateway.reload(configuration)
        _ = try await reader.chunks()
      }
      _ = try await Self.until(proxy) { $0["skipped"]?["other_reference"] == 1 }
      #expect(try await Self.ask(proxy.port, ShadowSample.request("begun since")).status == 200)
      _ = try await Self.until(proxy) { $0["compared"] == 1 }
    }
    #expect(first.received.isEmpty)
    #expect(second.received.map { String(decoding: $0.bytes, as: UTF8.self).contains("begun since") } == [true])
    for server in [vendor, first, second] { await server.stop() }
  }

  // MARK: A restart

  @Test("what waits survives a restart, and every exchange is compared once")
  func restart() async throws {
    let path = NSTemporaryDirectory() + "belay-shadow-\(UUID().uuidString)/belay.db"
    defer { try? FileManager.default.removeItem(atPath: String(path.dropLast("/belay.db".count))) }
    let vendor = try await SimulatorServer.start()
    var hanging = SimulatorOptions()
    hanging.faults = [try FaultUse("stall-before-headers")]
    let silent = try await SimulatorServer.start(hanging)

    @Sendable func run(_ reference: SimulatorServer, _ body: @escaping @Sendable (RunningProxy) async throws -> Void) async throws {
      let writer = StoreWriter(StoreOptions(path: path))
      try await RunningProxy.with(
        vendors: Self.pair(vendor, reference), writer: writer,
        adjust: {
          Self.everything(&$0) { ($0.repeats, $0.drain) = (0.5, .milliseconds(10)) }
          $0.recording = Recording(path: path)
        }, body)
    }
    try await run(silent) { proxy in
      for number in 0..<50 { _ = try await Self.ask(proxy.port, ShadowSample.request("question \(number)")) }
      let status = try await Self.until(proxy) { ($0["waiting"]?.int ?? 0) + ($0["underway"]?.int ?? 0) == 50 }
      #expect(status["persistent"] == true)
    }
    let reader = try StoreReader(path: path)
    #expect(try await reader.comparisons().comparisons.isEmpty)
    // What waits is for whoever is at that address.
    await silent.stop()
    let reference = try await SimulatorServer.start(port: silent.port)
    try await run(reference) { proxy in
      _ = try await Self.until(proxy) { $0["compared"] == 50 && $0["underway"] == 0 && $0["waiting"] == 0 }
    }
    let rows = try await reader.comparisons(limit: 1000).comparisons
    #expect(rows.count { $0.kind == .vendor } == 50 && Set(rows.filter { $0.kind == .vendor }.compactMap(\.exchange)).count == 50)
    let repeated = rows.count { $0.kind == .reference }
    #expect(repeated > 5 && repeated < 45 && reference.received.count == 50 + repeated)
    #expect(rows.allSatisfy { $0.cellName == "tp" && $0.payloadsAgree == true })
    let left = try await reader.shadow(reference: "reference", day: Int64(Date().timeIntervalSince1970) / 86_400)
    #expect(left.jobs.isEmpty && left.requests >= 50 + repeated)
    let exchanges = try await reader.list(ExchangeFilter(), limit: 1000).exchanges
    #expect(exchanges.allSatisfy { $0.comparisons >= 1 })
    reader.close()
    for vendor in [vendor, reference] { await vendor.stop() }
  }
}
