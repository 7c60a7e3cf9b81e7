// SPDX-License-Identifier: Apache-2.0
package import JSON
import NIOCore
import Upstream

/// What a vendor answered to one request.
package struct Answer: Equatable, Sendable {
  /// A chat completion; of a stream, as K2VV assembles it.
  package let response: JSONValue
  /// Where K2VV's reading of the answer is a mistake, what the vendor said: `usage` (a stream's, which came where K2VV does not
  /// look for it), `finish_reason` (null: a stream without one, which K2VV takes for `stop`), `tool_calls` (those in the text of
  /// a completion, where K2VV finds others, or does not look since the answer is no stream).
  package let differences: JSONObject
  /// The codes of what inspection finds wrong with it; nil where nobody has looked.
  package let findings: [String]?

  package init(response: JSONValue, differences: JSONObject = [:], findings: [String]? = nil) {
    self.response = response
    self.differences = differences
    self.findings = findings
  }
}

/// Sends requests to one vendor, one attempt at a time.
package struct VendorClient: Sendable {
  private let endpoint: String
  private let key: APIKey?
  private let limits: UpstreamLimits
  private let extraBody: JSONObject
  private let transport: Transport
  private let inspector: Inspector?

  /// - Parameter inspector: without one, answers and failures have no findings.
  package init(_ options: ReplayOptions, transport: Transport, inspector: Inspector? = nil) {
    endpoint = options.endpoint
    key = options.apiKey
    extraBody = options.extraBody
    limits = UpstreamLimits(
      connect: min(options.timeout, .seconds(60)), firstByte: options.timeout, idle: options.timeout)
    self.transport = transport
    self.inspector = inspector
  }

  package func attempt(_ request: PreparedRequest) async throws(Failure) -> Answer {
    let body = body(of: request)
    // What is sent to /completions is answered in another form.
    let inspection = request.isText ? nil : inspector?.inspection(of: body, isStream: request.isStream)
    let intake = Intake(isStream: request.isStream, key: key, inspection)
    do {
      let head = try await transport.send(message(body, isStream: request.isStream), intake.take)
      return try intake.answer(head, to: request)
    } catch let error as UpstreamError {
      // A vendor may break or keep the connection once the stream has said that it is done.
      if let answer = intake.finishedAnswer(to: request) { return answer }
      throw intake.failure(Failure(error)).hiding(key)
    } catch {
      throw intake.failure((error as? Failure) ?? Failure(type: "APIError", message: "\(error)")).hiding(key)
    }
  }

  private func body(of request: PreparedRequest) -> [UInt8] {
    var body = request.value
    // The SDK lays `extra_body` over the request, key by key.
    for (key, value) in extraBody.members { body[key] = value }
    return JSONWriter.bytes(of: body)
  }

  private func message(_ body: [UInt8], isStream: Bool) -> UpstreamRequest {
    var headers = [
      ("content-type", "application/json"),
      ("accept", isStream ? "text/event-stream" : "application/json"),
      ("user-agent", "belay-replay"),
    ]
    if let key { headers.append(("authorization", "Bearer \(key.text)")) }
    return UpstreamRequest(
      method: "POST", url: endpoint, headers: headers, body: .bytes(ByteBuffer(bytes: body)), limits: limits)
  }
}

extension Failure {
  /// Vendors quote a wrong key in their answer; it does not reach a file from here.
  fileprivate func hiding(_ key: APIKey?) -> Failure {
    guard let key else { return self }
    var failure = self
    failure.message = key.hidden(in: message)
    return failure
  }
}
