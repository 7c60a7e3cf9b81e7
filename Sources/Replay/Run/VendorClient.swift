// SPDX-License-Identifier: Apache-2.0
package import JSON
import NIOCore
import Synchronization
import Upstream

/// What a vendor answered to one request.
package struct Answer: Equatable, Sendable {
  /// A chat completion; of a stream, as K2VV assembles it.
  package let response: JSONValue
  /// Where K2VV's reading of the answer is a mistake, what the vendor said: `usage` (a stream's, which came where K2VV does not
  /// look for it), `finish_reason` (null: a stream without one, which K2VV takes for `stop`), `tool_calls` (those in the text of
  /// a completion, where K2VV finds others, or does not look since the answer is no stream).
  package let differences: JSONObject

  package init(response: JSONValue, differences: JSONObject = [:]) {
    self.response = response
    self.differences = differences
  }
}

/// Sends requests to one vendor, one attempt at a time.
package struct VendorClient: Sendable {
  private let endpoint: String
  private let key: APIKey?
  private let limits: UpstreamLimits
  private let extraBody: JSONObject
  private let transport: Transport

  package init(_ options: ReplayOptions, transport: Transport) {
    endpoint = options.endpoint
    key = options.apiKey
    extraBody = options.extraBody
    limits = UpstreamLimits(
      connect: min(options.timeout, .seconds(60)), firstByte: options.timeout, idle: options.timeout)
    self.transport = transport
  }

  package func attempt(_ request: PreparedRequest) async throws(Failure) -> Answer {
    let intake = Intake(isStream: request.isStream)
    do {
      let head = try await transport.send(message(for: request), intake.take)
      return try intake.answer(head, to: request)
    } catch let error as UpstreamError {
      // A vendor may break or keep the connection once the stream has said that it is done.
      if let answer = intake.finishedAnswer(to: request) { return answer }
      throw Failure(error).hiding(key)
    } catch {
      throw ((error as? Failure) ?? Failure(type: "APIError", message: "\(error)")).hiding(key)
    }
  }

  private func message(for request: PreparedRequest) -> UpstreamRequest {
    var headers = [
      ("content-type", "application/json"),
      ("accept", request.isStream ? "text/event-stream" : "application/json"),
      ("user-agent", "belay-replay"),
    ]
    if let key { headers.append(("authorization", "Bearer \(key.text)")) }
    var body = request.value
    // The SDK lays `extra_body` over the request, key by key.
    for (key, value) in extraBody.members { body[key] = value }
    return UpstreamRequest(
      method: "POST", url: endpoint, headers: headers, body: .bytes(ByteBuffer(bytes: JSONWriter.bytes(of: body))),
      limits: limits)
  }
}

extension Failure {
  /// Vendors quote a wrong key in their answer; it does not reach a file from here.
  fileprivate func hiding(_ key: APIKey?) -> Failure {
    guard let key else { return self }
    return Failure(type: type, message: key.hidden(in: message), isRetryable: isRetryable, retryAfter: retryAfter)
  }
}

/// Takes a response in, on its event loop.
private final class Intake: Sendable {
  private struct State {
    var stream = StreamAssembly()
    var body: [UInt8] = []
    var failure: Failure?
  }

  /// The longest body that is no stream.
  private static let limit = 64 << 20

  private let isStream: Bool
  private let state = Mutex(State())

  init(isStream: Bool) { self.isStream = isStream }

  @Sendable func take(_ head: UpstreamHead, _ bytes: ByteBuffer) -> Bool {
    let bytes = Array(bytes.readableBytesView)
    return state.withLock { state in
      guard isStream, head.isSuccess else {
        if state.body.count + bytes.count > Self.limit {
          state.failure = Failure(type: "APIError", message: "the answer is longer than \(Self.limit >> 20) MiB")
        } else {
          state.body += bytes
        }
        return state.failure == nil
      }
      do throws(Failure) {
        try state.stream.feed(bytes)
      } catch {
        state.failure = error
      }
      return state.failure == nil
    }
  }

  func answer(_ head: UpstreamHead, to request: PreparedRequest) throws(Failure) -> Answer {
    let state = state.withLock { $0 }
    if let failure = state.failure { throw failure }
    guard head.isSuccess else { throw Failure(head, body: state.body) }
    if isStream { return Answer(state.stream, request) }
    let response: JSONValue
    do {
      response = try JSONValue(parsing: state.body, dialect: .python)
    } catch {
      throw Failure(type: "APIResponseValidationError", message: "the answer is not JSON, \(error)")
    }
    guard response.object != nil else {
      throw Failure(type: "APIResponseValidationError", message: "the answer is not a JSON object")
    }
    return Answer(plain: response, request)
  }

  func finishedAnswer(to request: PreparedRequest) -> Answer? {
    let stream = state.withLock { $0.stream }
    return stream.isDone ? Answer(stream, request) : nil
  }
}

extension Answer {
  fileprivate init(_ stream: StreamAssembly, _ request: PreparedRequest) {
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
      response: stream.response(model: request.value["model"] ?? "", nativeCalls: calls), differences: differences)
  }

  fileprivate init(plain response: JSONValue, _ request: PreparedRequest) {
    let found = request.isText ? NativeCalls.found(in: response["choices"]?[0]?["text"]?.string ?? "") : []
    self.init(response: response, differences: found.isEmpty ? [:] : ["tool_calls": .array(found)])
  }
}

extension PreparedRequest {
  /// Whether it goes to `/completions`.
  fileprivate var isText: Bool { value["prompt"] != nil }
}

extension UpstreamHead {
  fileprivate var isSuccess: Bool { (200..<300).contains(status) }
}
