// SPDX-License-Identifier: Apache-2.0
package import Configuration
import Inspection
import JSON
import NIOHTTP1
import NIOPosix
import Store

/// The console: which path is answered with what. Pages for people, `/api/*` as JSON for programs, `/metrics` for Prometheus,
/// `/health/*` for whoever restarts things.
package struct Console: Sendable {
  let status: GatewayStatus
  private let host: String
  private let token: @Sendable () -> Secret?
  /// Milliseconds since the epoch.
  let now: @Sendable () -> Int64

  /// - Parameter token: asked for at each request, as a reload may change it.
  package init(
    status: GatewayStatus, host: String, token: @autoclosure @escaping @Sendable () -> Secret?,
    now: @escaping @Sendable () -> Int64 = Store.WallClock.milliseconds
  ) {
    (self.status, self.host, self.token, self.now) = (status, host, token, now)
  }

  package func answer(_ request: ConsoleRequest) async -> ConsoleResponse { await answer(request, nil) }

  /// - Parameter turn: what may be large waits for it; whoever asks ends it. Nil where nobody else asks.
  package func answer(_ request: ConsoleRequest, _ turn: ReadingTurn?) async -> ConsoleResponse {
    let asset = ConsolePage.asset(request.path)
    do {
      let token = self.token()
      try ConsoleGuard(host: host, token: token).check(request, isPublic: asset != nil || request.path.hasPrefix("/health/"))
      if let asset { return asset }
      if let turn, Self.mayBeLarge(request.path), try await !turn.begin() { return .crowded }
      return try await route(request, token)
    } catch let refusal as ConsoleGuard.Refusal {
      return refusal.response
    } catch let problem as QueryProblem {
      return problem.response
    } catch let timeout as QueryTimeout {
      return .failure(.serviceUnavailable, timeout.description)
    } catch let failure as StoreFailure {
      status.store?.forget()
      return .failure(.serviceUnavailable, failure.description, ["reason": JSONValue(failure.reason.rawValue)])
    } catch {
      return .failure(.serviceUnavailable, "the answer was given up: \(error)")
    }
  }

  /// What holds bodies, or calls.
  private static func mayBeLarge(_ path: String) -> Bool { path.hasPrefix("/api/exchanges/") || path == "/api/comparisons" }

  /// - Parameter token: in force when the request was let in.
  private func route(_ request: ConsoleRequest, _ token: Secret?) async throws -> ConsoleResponse {
    switch request.path {
    case "/health/live": return .json(["status": "live"])
    case "/health/ready": return status.isReady ? .json(["status": "ready"]) : .json(["status": "draining"], .serviceUnavailable)
    case "/metrics": return ConsoleResponse(type: MetricsText.contentType, Array(status.metricsText().utf8))
    case "/api/status": return .json(status.json)
    case "/api/tally": return .json(status.tally.json)
    case "/api/overview": return try await overview(request)
    case "/api/exchanges": return try await list(request)
    case "/api/live": return try await live(request, token)
    case "/api/names": return try await names()
    case "/api/fidelity": return try fidelity(request)
    case "/api/comparisons": return try await comparisons(request)
    default: break
    }
    let parts = request.path.split(separator: "/").map(String.init)
    if parts.count == 3, parts.starts(with: ["api", "exchanges"]) { return try await exchange(parts[2]) }
    if parts.count == 4, parts.starts(with: ["api", "exchanges"]), parts[3] == "body" { return try await body(parts[2], request) }
    return .failure(
      .notFound,
      "nothing here: try /, /metrics, /health/live, /health/ready, /api/status, /api/tally, /api/overview, /api/exchanges, "
        + "/api/exchanges/ID, /api/live, /api/names, /api/fidelity or /api/comparisons")
  }

  // MARK: What is asked of the store

  private func queries() async throws -> any ExchangeQueries {
    guard let store = status.store else { throw QueryProblem.recordingIsOff }
    return try await store.queries()
  }

  private func overview(_ request: ConsoleRequest) async throws -> ConsoleResponse {
    let query = try FilterQuery(request, taking: ["range", "points"], now: now())
    var overview = try await queries().overview(query.overview(request))
    if let status = status.store?.status() { overview.add(status.dropNotes) }
    return .json(overview.json)
  }

  private func list(_ request: ConsoleRequest) async throws -> ConsoleResponse {
    let query = try FilterQuery(request, taking: ["before", "limit"], now: now())
    let before = try FilterQuery.integer("before", request).map { ExchangeKey(rawValue: Int64($0)) }
    let limit = try FilterQuery.integer("limit", request, within: 1...1000) ?? 50
    return .json(try await queries().list(query.filter, before: before, limit: limit).json)
  }

  private func live(_ request: ConsoleRequest, _ token: Secret?) async throws -> ConsoleResponse {
    let query = try FilterQuery(request, taking: ["after"], now: now())
    let after = try FilterQuery.integer("after", request).map(Int64.init)
    // What is wrong from the beginning is an answer, not an event.
    _ = try await queries()
    return ConsoleResponse(events: LiveEvents(queries: queries, filter: query.filter, after: after) { self.token() == token })
  }

  private func names() async throws -> ConsoleResponse {
    let names = try await queries().names()
    return .json([
      "vendors": names.vendors.json, "models": names.models.json, "findings": names.findingCodes.json,
      "fields": .array(FilterField.all.map { ["name": JSONValue($0.name), "kind": JSONValue($0.kind.rawValue), "meaning": JSONValue($0.meaning)] }),
    ])
  }

  private func exchange(_ id: String) async throws -> ConsoleResponse {
    let exchange = try await found(id)
    // Its comparisons are made here, however long the calls are: not on a thread that others wait for.
    return .json(try await NIOThreadPool.singleton.runIfActive { exchange.json })
  }

  /// A body as it went over the wire. Never as a page: whatever a vendor sent, the browser must not show it as HTML.
  private func body(_ id: String, _ request: ConsoleRequest) async throws -> ConsoleResponse {
    let exchange = try await found(id)
    let attempt = try FilterQuery.integer("attempt", request, within: 0...1000)
    let side = request.value("of") ?? "response"
    guard let message = exchange.message(side, attempt: attempt) else {
      throw QueryProblem(.notFound, "the \(side) was not kept: it was not recorded, or `bodies` leaves it out")
    }
    var response = ConsoleResponse(type: "application/octet-stream", message.body)
    response.headers.add(name: "Content-Disposition", value: "attachment; filename=\"\(exchange.id)-\(side).txt\"")
    return response
  }

  private func found(_ id: String) async throws -> StoredExchange {
    switch try await queries().exchange(id: id) {
    case .found(let exchange): return exchange
    case .none: throw QueryProblem(.notFound, "there is no exchange with this id: it was never recorded, or retention has deleted it")
    case .several(let ids): throw QueryProblem(.badRequest, "several ids begin so: write more of it", ["ids": ids.json])
    }
  }
}
