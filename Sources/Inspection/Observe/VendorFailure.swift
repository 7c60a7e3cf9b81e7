// SPDX-License-Identifier: Apache-2.0

/// The vendor's own error, whatever shape it came in.
package struct VendorFailure: Equatable, Sendable {
  /// What it is about, as far as a retry is concerned.
  package enum Kind: String, CaseIterable, Sendable {
    /// The key is missing, wrong or not allowed to do this.
    case auth
    /// Nothing is left to spend: no retry helps until someone pays.
    case quota
    /// Too many requests or tokens at once.
    case rateLimit = "rate_limit"
    /// The engine has no room, now.
    case overloaded
    /// The request is wrong, in a way that another try does not change.
    case invalidRequest = "invalid_request"
    /// The vendor does not take a tool's or a response's schema.
    case schemaRejected = "schema_rejected"
    /// The vendor itself found that the model's call does not match the tool (Groq, R64).
    case toolUseFailed = "tool_use_failed"
    case contentFilter = "content_filter"
    /// Anything that went wrong on the vendor's side.
    case server
  }

  package var kind: Kind
  package var message: String
  package var type: String?
  package var code: String?

  /// - Parameter status: the HTTP status that it came with; 200 within a stream.
  package init(message: String, type: String? = nil, code: String? = nil, status: Int = 200) {
    kind = Kind(message: message, type: type, code: code, status: status)
    self.message = message
    self.type = type
    self.code = code
  }
}

extension VendorFailure.Kind {
  /// Sources: reference 2.8 (Moonshot's and Kimi Code's errors, kosong's classification), Groq's `tool_use_failed`, OpenRouter's
  /// numeric codes, vLLM's exception names. What is said counts for more than the status, of which aggregators make 400 or 502.
  init(message: String, type: String?, code: String?, status: Int) {
    let message = message.lowercased()
    let name = ((type ?? "") + " " + (code ?? "")).lowercased()
    let status = (200...299).contains(status) ? code.flatMap { Int($0) } ?? 200 : status
    func says(_ words: String...) -> Bool { words.contains { message.contains($0) } }
    func isNamed(_ words: String...) -> Bool { words.contains { name.contains($0) } }

    if isNamed("tool_use_failed") || says("failed to call a function", "tool use failed") {
      self = .toolUseFailed
    } else if isNamed("content_filter", "content_policy", "moderation") || says("high risk", "content_filter") {
      self = .contentFilter
    } else if says("moonshot flavored json schema", "invalid schema for function", "invalid schema for response_format")
      || isNamed("invalid_json_schema", "invalid_function_parameters")
    {
      self = .schemaRejected
    } else if isNamed("quota", "insufficient_balance", "billing") || status == 402
      || says("insufficient balance", "insufficient credits", "exceeded your current quota", "account is suspended")
    {
      self = .quota
    } else if isNamed("authentication", "api_key", "unauthorized", "permission") || status == 401 || status == 403 {
      self = .auth
    } else if isNamed("overloaded", "capacity") || says("overloaded", "no available capacity", "over capacity")
      || status == 503 || status == 529
    {
      self = .overloaded
    } else if isNamed("rate_limit", "too_many_requests", "ratelimit") || status == 429 {
      self = .rateLimit
    } else if isNamed("invalid_request", "badrequest", "bad_request", "notfound", "not_found", "validation")
      || 400..<500 ~= status && status != 408 && status != 425
    {
      self = .invalidRequest
    } else {
      self = .server
    }
  }
}
