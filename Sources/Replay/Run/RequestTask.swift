// SPDX-License-Identifier: Apache-2.0
import JSON

/// One line of the set, from its bytes to its row: prepared, sent, sent again if need be, judged.
struct RequestTask: Sendable {
  let preparation: Preparation
  let client: VendorClient
  let retries: Int
  let extraBody: JSONObject
  let judge: Judge?
  let careful: Judge?
  let surroundings: Surroundings
  let progress: Progress
  let pacer: Pacer
  /// What the file of results already holds.
  let answered: ResultIndex

  /// How long a request is asked again that gets nothing but 429.
  private static let patience = Duration.seconds(3600)

  enum Outcome: Sendable {
    /// With the set's own word of how the official API finished.
    case row(ResultRow, official: JSONString?)
    case badLine(BadLine)
    case leftOut(BadLine)
    /// There is an answer from a run before.
    case answered
    /// The run was stopped before there was an answer.
    case abandoned
  }

  func run(_ line: Line) async -> Outcome {
    guard let bytes = line.bytes else {
      switch line.problem {
      case .leftOut(let reason): return .leftOut(BadLine(number: line.number, reason: reason))
      case .unreadable(let reason): return .badLine(BadLine(number: line.number, reason: reason))
      case nil: return .badLine(BadLine(number: line.number, reason: "nothing to send"))
      }
    }
    let request: PreparedRequest
    do throws(BadLine) {
      request = try preparation.request(line: bytes, number: line.number)
    } catch {
      return .badLine(error)
    }
    if answered.hasAnswer(to: request) { return .answered }
    guard let (result, attempts, start) = await answer(to: request) else { return .abandoned }
    let row = ResultRow(
      request: request, extraBody: extraBody, result: result, attempts: attempts, judge: judge,
      careful: careful, lastRunAt: surroundings.timestamp(), duration: start.duration(to: surroundings.now()))
    return .row(row, official: request.officialFinishReason)
  }

  /// The answer, or the failure of the last attempt, how many there were, and when the first was sent; nil when the run was
  /// stopped. 429 does not count among `retries`: it says when to ask, not that something is wrong.
  private func answer(to request: PreparedRequest) async -> (Result<Answer, Failure>, attempts: Int, start: Pace.Instant)? {
    var (attempts, failures) = (0, 0)
    var waited = Duration.zero
    var start: Pace.Instant?
    while true {
      guard let permit = await pacer.enter() else { return nil }
      let begun = start ?? surroundings.now()
      start = begun
      attempts += 1
      let failure: Failure
      do throws(Failure) {
        let answer = try await client.attempt(request)
        pacer.leave(permit, .answered)
        return (.success(answer), attempts, begun)
      } catch {
        failure = error
      }
      pacer.leave(permit, failure.isRateLimit ? .limited(retryAfter: failure.retryAfter) : .failed)
      if Task.isCancelled { return nil }
      if !failure.isRateLimit { failures += 1 }
      guard failure.isRetryable, failures <= retries, waited < Self.patience else { return (.failure(failure), attempts, begun) }
      let delay = Backoff.delay(
        failures: attempts, retryAfter: failure.retryAfter, random: surroundings.random())
      waited += delay
      progress.retrying(failure)
      guard await surroundings.stop.sleep(delay, using: surroundings.sleep) else { return nil }
    }
  }
}
