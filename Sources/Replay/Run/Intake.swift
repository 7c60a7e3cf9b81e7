// SPDX-License-Identifier: Apache-2.0
import JSON
import NIOCore
import Synchronization
import Upstream

/// Takes a response in, on its event loop.
final class Intake: Sendable {
  private struct State {
    var stream = StreamAssembly()
    var body: [UInt8] = []
    var failure: Failure?
    var inspection: AnswerInspection?

    /// Whether more is wanted.
    mutating func take(_ head: UpstreamHead, _ bytes: [UInt8], isStream: Bool) -> Bool {
      inspection?.take(head, bytes)
      guard isStream, head.isSuccess else {
        if body.count + bytes.count > AnswerLimits.text {
          failure = Failure.tooLong(limit: AnswerLimits.text)
        } else {
          body += bytes
        }
        return failure == nil
      }
      do throws(Failure) {
        try stream.feed(bytes)
      } catch {
        failure = error
      }
      return failure == nil && !stream.isFull
    }
  }

  private let isStream: Bool
  private let key: APIKey?
  private let state: Mutex<State>
  private let decoder = Mutex(ContentDecoder())

  /// - Parameter key: what no failure may quote.
  init(isStream: Bool, key: APIKey?, _ inspection: AnswerInspection?) {
    self.isStream = isStream
    self.key = key
    state = Mutex(State(inspection: inspection))
  }

  @Sendable func take(_ head: UpstreamHead, _ buffer: ByteBuffer) -> Bool {
    var goesOn = true
    do throws(Failure) {
      try decoder.withLock { decoder throws(Failure) in
        try decoder.decode(Array(buffer.readableBytesView), of: head) { piece in
          goesOn = state.withLock { $0.take(head, piece, isStream: isStream) }
          return goesOn
        }
      }
    } catch {
      state.withLock { $0.failure = error }
      return false
    }
    return goesOn
  }

  func answer(_ head: UpstreamHead, to request: PreparedRequest) throws(Failure) -> Answer {
    var state = state.withLock { $0 }
    let findings = state.inspection?.codes(head, isComplete: true)
    func failed(_ failure: Failure) -> Failure {
      var failure = failure
      failure.findings = findings
      return failure
    }
    if let failure = state.failure { throw failed(failure) }
    guard head.isSuccess else { throw failed(Failure(head, body: state.body, hiding: key)) }
    if isStream { return Answer(state.stream, request, findings) }
    let response: JSONValue
    do {
      response = try JSONValue(parsing: state.body, limits: AnswerLimits.json, dialect: .python)
    } catch {
      throw failed(Failure(type: "APIResponseValidationError", message: "the answer is not JSON, \(error)"))
    }
    guard response.object != nil else {
      throw failed(Failure(type: "APIResponseValidationError", message: "the answer is not a JSON object"))
    }
    return Answer(plain: response, request, findings)
  }

  func finishedAnswer(to request: PreparedRequest) -> Answer? {
    var state = state.withLock { $0 }
    return state.stream.isDone ? Answer(state.stream, request, state.inspection?.codes(isComplete: true)) : nil
  }

  /// A failure with what is wrong with what has come so far.
  func failure(_ failure: Failure) -> Failure {
    guard failure.findings == nil else { return failure }
    var (failure, state) = (failure, state.withLock { $0 })
    failure.findings = state.inspection?.codes(isComplete: false)
    return failure
  }
}

extension Answer {
  fileprivate init(_ stream: StreamAssembly, _ request: PreparedRequest, _ findings: [String]?) {
    var differences = JSONObject()
    if let usage = stream.trailingUsage { differences["usage"] = usage }
    if stream.finishReason == .null { differences["finish_reason"] = .null }
    var calls: [JSONValue] = []
    if request.isText {
      calls = NativeCalls.asK2VV(in: stream.text)
      let found = NativeCalls.found(in: stream.text)
      if found != calls { differences["tool_calls"] = .array(found) }
    }
    self.init(
      response: stream.response(model: request.value["model"] ?? "", nativeCalls: calls), differences: differences,
      findings: findings)
  }

  fileprivate init(plain response: JSONValue, _ request: PreparedRequest, _ findings: [String]?) {
    let found = request.isText ? NativeCalls.found(in: response["choices"]?[0]?["text"]?.string ?? "") : []
    self.init(response: response, differences: found.isEmpty ? [:] : ["tool_calls": .array(found)], findings: findings)
  }
}

extension PreparedRequest {
  /// Whether it goes to `/completions`.
  var isText: Bool { value["prompt"] != nil }
}

extension UpstreamHead {
  fileprivate var isSuccess: Bool { (200..<300).contains(status) }
}
