// SPDX-License-Identifier: Apache-2.0
import Inspection
import Testing

/// Bodies as vendors send them (reference 2.7, 2.8), with their status.
private let refusals: [(Int, String, VendorFailure.Kind)] = [
  // Moonshot.
  (401, #"{"error":{"type":"invalid_authentication_error","message":"Invalid Authentication"}}"#, .auth),
  (401, #"{"error":{"type":"incorrect_api_key_error","message":"Incorrect API key provided"}}"#, .auth),
  (
    429, #"{"error":{"type":"exceeded_current_quota_error","message":"You exceeded your current token quota"}}"#, .quota
  ),
  (429, #"{"error":{"type":"rate_limit_reached_error","message":"Your account is rate limited"}}"#, .rateLimit),
  (
    429,
    #"{"error":{"type":"engine_overloaded_error","message":"The engine is currently overloaded, please try again later"}}"#,
    .overloaded
  ),
  (400, #"{"error":{"type":"content_filter","message":"The request was rejected because it was considered high risk"}}"#, .contentFilter),
  (
    400,
    #"{"error":{"type":"invalid_request_error","message":"Invalid request: tools.function.parameters is not a valid moonshot flavored json schema, details: <At path 'properties.x': type is not defined>"}}"#,
    .schemaRejected
  ),
  (
    400,
    #"{"error":{"message":"thinking is enabled but reasoning_content is missing in assistant tool call message at index 2","type":"invalid_request_error"},"type":"error"}"#,
    .invalidRequest
  ),
  (404, #"{"error":{"message":"Not found the model kimi-k9 or Permission denied","type":"resource_not_found_error"}}"#, .invalidRequest),
  // Groq.
  (
    400,
    #"{"error":{"message":"Failed to call a function. Please adjust your prompt.","type":"invalid_request_error","code":"tool_use_failed","failed_generation":"{"}}"#,
    .toolUseFailed
  ),
  (413, #"{"error":{"message":"Request too large for model","type":"tokens","code":"rate_limit_exceeded"}}"#, .rateLimit),
  (498, #"{"error":{"message":"Flex tier capacity exceeded","type":"capacity_exceeded"}}"#, .overloaded),
  // OpenRouter: its own words, and the vendor's in the metadata.
  (402, #"{"error":{"message":"Insufficient credits","code":402}}"#, .quota),
  (
    429,
    #"{"error":{"message":"Provider returned error","code":429,"metadata":{"raw":"{\"error\":{\"message\":\"engine is overloaded\"}}","provider_name":"X"}}}"#,
    .overloaded
  ),
  (502, #"{"error":{"message":"Provider returned error","code":502}}"#, .server),
  (403, #"{"error":{"message":"Your input was flagged","code":403,"type":"moderation"}}"#, .contentFilter),
  // vLLM, FastAPI, gateways in front of it.
  (400, #"{"object":"error","message":"This model's maximum context length is 131072 tokens","type":"BadRequestError","code":400}"#, .invalidRequest),
  (404, #"{"object":"error","message":"The model does not exist.","type":"NotFoundError","code":404}"#, .invalidRequest),
  (422, #"{"detail":[{"loc":["body","messages"],"msg":"Field required"}]}"#, .invalidRequest),
  (401, #"{"detail":"Unauthorized"}"#, .auth), (403, #"{"message":"Forbidden"}"#, .auth),
  (500, #"{"object":"error","message":"EngineCore died","type":"InternalServerError","code":500}"#, .server),
  (503, "no healthy upstream", .overloaded), (502, "<html>\n<h1>502</h1></html>", .server), (408, "", .server),
  (429, #"{"choices":[]}"#, .rateLimit),
]

@Test("A vendor's refusal is told by what can be done about it", arguments: refusals)
func refusalsByKind(status: Int, body: String, kind: VendorFailure.Kind) {
  for format in [ResponseFormat.json, .eventStream] {
    // A refusal in a stream's clothes is one event, or no event at all.
    let bytes = Array((format == .json || !body.hasPrefix("{") ? body : "data: \(body)\n\n").utf8)
    let summary = DripFeed.expectSameResult(of: bytes, randomCuts: 3) { pieces in
      var observer = ResponseObserver(format: format, status: status, request: RequestFacts())
      for piece in pieces { observer.feed(piece.span) }
      return observer.finish(.complete)
    }
    #expect(summary.failure?.kind == kind, "\(format)")
    let html = body.hasPrefix("<") ? ["response.html"] : []
    #expect(summary.findings.map(\.code) == ["response.http_error"] + html, "\(summary.findings)")
  }
}

@Test("Within a stream the code stands for the status")
func failuresWithinStreams() {
  #expect(VendorFailure(message: "m", code: "429").kind == .rateLimit)
  #expect(VendorFailure(message: "m", code: "502").kind == .server)
  #expect(VendorFailure(message: "m").kind == .server)
  #expect(VendorFailure(message: "m", code: "invalid_api_key").kind == .auth)
}
