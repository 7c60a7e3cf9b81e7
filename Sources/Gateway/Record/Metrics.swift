// SPDX-License-Identifier: Apache-2.0
import Configuration
import Inspection

/// What Prometheus is told: a sum over exchange records, kept by the recorder, off the data path.
///
/// Labels are OpenTelemetry's GenAI and HTTP attributes with Prometheus' underscores (opentelemetry.io/docs/specs/semconv/gen-ai);
/// durations have the bucket bounds that those conventions advise. Every label value comes from a closed set, but for models,
/// which clients name: a name gets a series of its own once a vendor has answered it, up to a limit, and is `other` before and
/// beyond.
package struct Metrics: Sendable, Equatable {
  package static let modelLimit = 50
  private static let modelBytes = 128
  package static let otherModel = "other"

  private static let vendor = "gen_ai_provider_name"
  private static let scope = [vendor, "gen_ai_request_model"]

  package private(set) var requests = CounterFamily(
    "belay_requests_total", scope + ["outcome", "http_response_status_code"], "Exchanges that ended, by the status that the client got (0: none).")
  package private(set) var errors = CounterFamily(
    "belay_errors_total", [vendor, "error_type", "fault"], "Exchanges that Belay refused, or that broke off, by whose fault it was.")
  package private(set) var findings = CounterFamily(
    "belay_findings_total", scope + ["code"], "Exchanges with a finding, by its code (belay explain CODE).")
  package private(set) var verdicts = CounterFamily(
    "belay_verdicts_total", scope + ["verdict"], "Inspected exchanges, by what inspection concluded.")
  package private(set) var calls = CounterFamily(
    "belay_tool_calls_total", scope + ["valid"], "Tool calls that clients received, by the careful verdict: true, false or unknown.")
  package private(set) var attempts = CounterFamily(
    "belay_attempts_total", [vendor, "rung"], "Requests to vendors, by the rung of the retry ladder; first is no retry.")
  package private(set) var repairs = CounterFamily("belay_repairs_total", scope + ["rule"], "Repairs of answers, by their rule.")
  package private(set) var edits = CounterFamily("belay_request_edits_total", scope + ["rule"], "Changes of requests, by their rule.")
  package private(set) var tokens = CounterFamily(
    "belay_tokens_total", scope + ["gen_ai_token_type"],
    "Tokens as vendors counted them; cached is part of input, reasoning part of output.")
  package private(set) var firstByte = HistogramFamily(
    "belay_time_to_first_byte_seconds", scope, bounds: firstBounds, "From the request's head to the answer's head.")
  package private(set) var firstToken = HistogramFamily(
    "belay_time_to_first_token_seconds", scope, bounds: firstBounds, "From the request's head to the first text, reasoning or call.")
  package private(set) var total = HistogramFamily(
    "belay_request_duration_seconds", scope, bounds: totalBounds, "From the request's head to the end of the answer.")
  package private(set) var overhead = HistogramFamily(
    "belay_overhead_seconds", [vendor], bounds: overheadBounds, "From the request's last byte until it was on its way to the vendor.")

  private var models: Set<String> = []

  package init() {}

  package mutating func add(_ record: ExchangeRecord) {
    let vendor = record.vendor.isEmpty ? "-" : record.vendor
    let model = model(of: record)
    let scope = LabelValues(vendor, model)
    let status = (0...599).contains(record.status) ? String(record.status) : Self.otherModel
    requests.add(LabelValues(vendor, model, record.outcome.rawValue, status))
    if let error = record.error { errors.add(LabelValues(vendor, error, record.fault?.rawValue ?? "-")) }
    for attempt in record.attempts { attempts.add(LabelValues(attempt.vendor, attempt.rung?.rawValue ?? "first")) }
    firstByte.add(nanoseconds: record.nanosecondsToFirstByte, scope)
    total.add(nanoseconds: record.nanosecondsTotal, scope)
    overhead.add(nanoseconds: record.nanosecondsOverhead, LabelValues(vendor))
    guard record.isInspected else { return }
    for code in record.findingCodes { findings.add(LabelValues(vendor, model, code)) }
    if record.verdict != .none { verdicts.add(LabelValues(vendor, model, record.verdict.rawValue)) }
    for call in record.calls {
      calls.add(LabelValues(vendor, model, call.verdict?.valid.map { $0 ? "true" : "false" } ?? "unknown"))
    }
    for repair in record.repairs { repairs.add(LabelValues(vendor, model, repair.rule.rawValue)) }
    for edit in record.edits { edits.add(LabelValues(vendor, model, edit.ruleName)) }
    firstToken.add(nanoseconds: record.nanosecondsToFirstToken, scope)
    guard let usage = record.usage else { return }
    tokens.add(LabelValues(vendor, model, "input"), count: usage.prompt ?? 0)
    tokens.add(LabelValues(vendor, model, "output"), count: usage.completion ?? 0)
    tokens.add(LabelValues(vendor, model, "cached"), count: usage.cached ?? 0)
    tokens.add(LabelValues(vendor, model, "reasoning"), count: usage.reasoning ?? 0)
  }

  private mutating func model(of record: ExchangeRecord) -> String {
    guard !record.model.isEmpty else { return "-" }
    if models.contains(record.model) { return record.model }
    guard models.count < Self.modelLimit, record.model.utf8.count <= Self.modelBytes, (200..<400).contains(record.status) else {
      return Self.otherModel
    }
    models.insert(record.model)
    return record.model
  }

  func write(to text: inout MetricsText) {
    for family in [requests, errors, findings, verdicts, calls, attempts, repairs, edits, tokens] { text.append(family) }
    for family in [firstByte, firstToken, total, overhead] { text.append(family) }
  }

  // MARK: Bounds

  /// `gen_ai.server.time_to_first_token`, and beyond: a model that thinks takes its time.
  private static let firstBounds = [
    0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0, 30.0, 60.0,
  ]
  /// `gen_ai.client.operation.duration`, and beyond.
  private static let totalBounds = [
    0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92, 163.84, 327.68,
  ]
  private static let overheadBounds = [
    0.000025, 0.00005, 0.0001, 0.0002, 0.0004, 0.0008, 0.0016, 0.0032, 0.0064, 0.0128, 0.0256, 0.1024,
  ]
}
