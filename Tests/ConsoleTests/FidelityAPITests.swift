// SPDX-License-Identifier: Apache-2.0
import Configuration
import ConsoleSamples
import Fidelity
import Foundation
import Gateway
import JSON
import Logging
import NIOHTTP1
import Store
import Testing

/// What the console and Prometheus are told of fidelity, of a store that holds ``ConsoleSample``, beside a count of one's own.
struct FidelityAPITests {
  private struct Surroundings {
    var console: Console
    var status: GatewayStatus
    var rows: [StoredComparison]
  }

  private func ask(_ console: Console, _ target: String) async throws -> (status: Int, json: JSONValue) {
    let response = await console.answer(ConsoleRequest(target: target, headers: ["Host": "localhost"]))
    guard case .bytes(let bytes) = response.body else { return (Int(response.status.code), nil) }
    return (Int(response.status.code), (try? JSONValue(parsing: bytes)) ?? nil)
  }

  private func with(_ body: (Surroundings) async throws -> Void) async throws {
    let folder = NSTemporaryDirectory() + "belay-fidelity-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    // Noon of a day, so that the week is seven whole days however late the test runs.
    let now: Int64 = 20_400 * 86_400_000 + 43_200_000
    let writer = StoreWriter(StoreOptions(path: folder + "/belay.db"))
    let rows = ConsoleSample.comparisons(before: now)
    writer.offer([ConsoleSample.violation(at: now - 2000)])
    writer.offer(comparisons: rows)
    await writer.flush()
    let store = ConsoleStore(path: folder + "/belay.db") { writer.status }
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let names = ["fireworks", "novita", "young", "moonshot"]
    var configuration = BelayConfiguration(vendors: names.map { Vendor(name: $0, baseURL: "http://127.0.0.1:9/v1") })
    configuration.qualityRouting = QualityRouting()
    let fidelity = FidelityService(configuration, store: store, logger: logger, now: { now })
    try await fidelity.watcher.look(at: now)
    let status = GatewayStatus(recorder: Recorder(format: nil) { _ in }, store: store, fidelity: fidelity, vendors: ["fireworks", "novita"])
    try await body(
      Surroundings(console: Console(status: status, host: "127.0.0.1", token: nil, now: { now }), status: status, rows: rows))
    await writer.close()
  }

  private func count(_ rows: [StoredComparison], _ vendor: String, _ cell: String) -> Int {
    rows.count { $0.kind == .vendor && $0.vendor == vendor && $0.cellName == cell }
  }

  @Test("rows, their course over time and single comparisons agree with a count of one's own")
  func figures() async throws {
    try await with { here in
      let answer = try await ask(here.console, "/api/fidelity?range=7d").json
      #expect(answer["caught_up"] == true && answer["rows"]?.array?.map { $0["vendor"]?.string } == ["fireworks", "novita", "young"])
      for (place, vendor) in ["fireworks", "novita", "young"].enumerated() {
        let (row, points) = (answer["rows"]?[place], answer["series"]?[place]?["points"]?.array ?? [])
        for cell in ["tp", "fp", "fn", "tn"] {
          let own = count(here.rows, vendor, cell)
          let key = JSONString(cell)
          #expect(row?[key]?.int == own, "\(vendor) \(cell)")
          #expect(points.reduce(0) { $0 + ($1[key]?.int ?? 0) } == own, "\(vendor) \(cell) over time")
          var found = 0
          var before = ""
          repeat {
            let page = try await ask(here.console, "/api/comparisons?vendor=\(vendor)&cell=\(cell)&kind=vendor&limit=100\(before)").json
            found += page["comparisons"]?.array?.count ?? 0
            before = page["next"]?.string.map { "&before=\($0)" } ?? ""
          } while !before.isEmpty
          #expect(found == own, "\(vendor) \(cell) one by one")
        }
        #expect(points.last?["total_f1"]?.double == row?["tool_call_f1"]?.double)
        #expect(points.last?["lower"]?.double == row?["f1_lower"]?.double && points.last?["upper"]?.double == row?["f1_upper"]?.double)
        #expect(row?["floor_informative"]?.int == here.rows.count { $0.kind == .reference && $0.cell?.isInformative == true })
      }
    }
  }

  @Test("a vendor that fell is an alarm, out of the rotation, and seen so by Prometheus")
  func fall() async throws {
    try await with { here in
      let answer = try await ask(here.console, "/api/fidelity").json
      let kinds = answer["alarms"]?.array?.filter { $0["resolved_at"]?.isNull == true }.compactMap { $0["kind"]?.string } ?? []
      #expect(Set(kinds) == ["drift", "below_gate"])
      #expect(answer["out_of_rotation"] == [["vendor": "fireworks", "model": "kimi-k2-0905"]])
      #expect(answer["rows"]?.array?.map { $0["verdict"]?.string } == ["undecided", "faithful", "undecided"], "the week as a whole is not below")
      let status = try await ask(here.console, "/api/status").json
      #expect(status["fidelity"]?["alarms"]?.array?.count == 2)

      let lines = here.status.metricsText().split(separator: "\n").map(String.init)
      let scope = #"gen_ai_provider_name="fireworks",gen_ai_request_model="kimi-k2-0905""#
      #expect(lines.contains("belay_alarm{kind=\"below_gate\",\(scope)} 1.0") && lines.contains("belay_alarm{kind=\"drift\",\(scope)} 1.0"))
      #expect(lines.contains("belay_fidelity_out_of_rotation{\(scope)} 1.0") && lines.contains("belay_fidelity_gate{\(scope)} 0.8"))
      func value(_ name: String) throws -> Double {
        try #require(lines.first { $0.hasPrefix(name + "{" + scope) }.flatMap { $0.split(separator: " ").last }.flatMap { Double($0) })
      }
      #expect(try value("belay_fidelity_f1_lower") < value("belay_fidelity_f1") && value("belay_fidelity_f1") < value("belay_fidelity_f1_upper"))
      #expect(try value("belay_fidelity_f1_upper") < 0.8, "since it fell, not over the week")
      #expect(lines.contains { $0.hasPrefix("belay_fidelity_noise_floor_f1{gen_ai_request_model=\"kimi-k2-0905\"} 0.") })
      #expect(!lines.contains { $0.contains("belay_webhook") })
    }
  }

  @Test("an exchange has its comparison, with the answers and where they differ")
  func exchange() async throws {
    try await with { here in
      let row = try #require(here.rows.last)
      let comparison = try await ask(here.console, "/api/exchanges/\(row.exchange ?? "")").json["comparisons"]?[0]
      #expect(comparison?["cell"] == "tp" && comparison?["payloads_agree"] == false && comparison?["prompt_token_difference"] == 6)
      #expect(comparison?["differences"]?.array?.compactMap { $0["path"]?.string } == ["/days", "/unit", "/note"])
      #expect(comparison?["differences"]?[0]?["vendor"] == #""three""# && comparison?["differences"]?[0]?["reference"] == "3")
    }
  }

  @Test("a question that makes no sense is told so", arguments: [
    "/api/fidelity?range=week", "/api/fidelity?range=0d", "/api/fidelity?vendor=x", "/api/comparisons?cell=xx", "/api/comparisons?before=1",
    "/api/comparisons?kind=x", "/api/comparisons?limit=0", "/api/comparisons?status=200", "/api/comparisons?range=1h",
  ])
  func nonsense(_ target: String) async throws {
    try await with { here in
      let answer = try await ask(here.console, target)
      #expect(answer.status == 400 && answer.json["parameter"]?.string != nil, "\(answer.json)")
    }
  }
}
