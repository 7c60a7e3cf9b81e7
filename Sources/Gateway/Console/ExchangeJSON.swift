// SPDX-License-Identifier: Apache-2.0
import Configuration
import Inspection
import JSON
import Store

extension ExchangePage {
  /// `next` goes into `before` of the next question; null at the end.
  var json: JSONValue {
    ["exchanges": .array(exchanges.map(\.json)), "next": next.map { JSONValue(String($0.rawValue)) } ?? nil]
  }
}

extension ExchangeSummary {
  var json: JSONValue {
    var object = exchange.ownMembers
    object["sequence"] = JSONValue(Int(sequence))
    object["attempts"] = JSONValue(attempts)
    object["edits"] = JSONValue(edits)
    object["repairs"] = JSONValue(repairs)
    object["comparisons"] = JSONValue(comparisons)
    object["findings"] = findingCodes.json
    return .object(object)
  }
}

extension StoredExchange {
  /// All of it but the bodies, which are asked for one by one: `…/body?of=request`, `…/body?of=response&attempt=0`.
  var json: JSONValue {
    var object = ownMembers
    object["attempts"] = .array(attempts.map(\.json))
    object["findings"] = .array(findings.map(\.json))
    object["edits"] = .array(
      edits.map { ["pointer": JSONValue($0.pointer), "before": JSONValue($0.before), "after": JSONValue($0.after), "rule": JSONValue($0.rule)] })
    object["repairs"] = .array(repairs.map(\.json))
    object["assembled_calls"] = .array(calls.map(\.json))
    object["comparisons"] = .array(comparisons.map(\.json))
    object["request"] = request.json
    object["response"] = message("response", attempt: nil).json
    return .object(object)
  }

  /// The members that a list has as well.
  fileprivate var ownMembers: JSONObject {
    [
      "id": JSONValue(id), "started_at": JSONValue(Int(startedAt)), "method": JSONValue(method), "path": JSONValue(path),
      "vendor": JSONValue(vendor), "model": JSONValue(model), "mode": JSONValue(mode), "status": JSONValue(status),
      "outcome": JSONValue(outcome), "error": JSONValue(error), "fault": JSONValue(fault), "verdict": JSONValue(verdict),
      "inspected": JSONValue(isInspected), "stream": JSONValue(isStream), "finish_reason": JSONValue(finishReason),
      "first_finish_reason": JSONValue(firstFinishReason), "calls": JSONValue(callCount), "valid_calls": JSONValue(validCalls),
      "k2vv_checked_calls": JSONValue(k2vvCheckedCalls), "k2vv_valid_calls": JSONValue(k2vvValidCalls),
      "ids_rewritten": JSONValue(idsRewritten), "tokens": tokens.json, "request_bytes": JSONValue(requestBytes),
      "response_bytes": JSONValue(responseBytes), "first_byte_ms": .milliseconds(firstByteNanoseconds),
      "first_token_ms": .milliseconds(firstTokenNanoseconds), "total_ms": .milliseconds(totalNanoseconds),
      "overhead_ms": .milliseconds(overheadNanoseconds),
    ]
  }

  /// The client's side, or an attempt's. What a vendor received is the client's request with the edits, unless it was kept apart.
  func message(_ side: String, attempt: Int?) -> StoredMessage? {
    if let attempt {
      guard attempts.indices.contains(attempt) else { return nil }
      return side == "request" ? attempts[attempt].request : side == "response" ? attempts[attempt].response : nil
    }
    return side == "request" ? request : side == "response" ? receivedResponse : nil
  }
}

extension StoredAttempt {
  fileprivate var json: JSONValue {
    [
      "vendor": JSONValue(vendor), "model": JSONValue(model), "rung": JSONValue(rung), "status": JSONValue(status),
      "error": JSONValue(error), "started_ms": .milliseconds(startedNanoseconds), "first_byte_ms": .milliseconds(firstByteNanoseconds),
      "total_ms": .milliseconds(totalNanoseconds), "request_bytes": JSONValue(requestBytes), "response_bytes": JSONValue(responseBytes),
      "finish_reason": JSONValue(finishReason), "tokens": tokens.json, "aborted_at_byte": abortedAtByte.json,
      "request": request.json, "response": response.json,
    ]
  }
}

extension StoredFinding {
  /// With what the catalogue says of its code.
  fileprivate var json: JSONValue {
    let entry = FindingKind(rawValue: code).flatMap { FindingCatalogue.embedded.entry($0) }
    return [
      "code": JSONValue(code), "severity": JSONValue(severity.rawValue), "choice": choice.json, "call": call.json,
      "path": JSONValue(path), "message": JSONValue(message), "attempt": attempt.json,
      "summary": JSONValue(entry?.summary ?? ""), "effect": JSONValue(entry?.effect ?? ""), "sources": (entry?.sources ?? []).json,
    ]
  }
}

extension StoredRepair {
  fileprivate var json: JSONValue {
    [
      "rule": JSONValue(rule), "choice": JSONValue(choice), "call": JSONValue(call), "path": JSONValue(path),
      "before": JSONValue(before), "after": JSONValue(after),
    ]
  }
}

extension StoredCall {
  /// `arguments` as the vendor sent them; `violations` with the bytes of them that are wrong, where those are known.
  fileprivate var json: JSONValue {
    [
      "choice": JSONValue(choice), "attempt": JSONValue(attempt), "name": JSONValue(name), "id": JSONValue(id),
      "arguments": JSONValue(arguments), "k2vv_valid": k2vvValid.map { JSONValue($0) } ?? nil, "valid": valid.map { JSONValue($0) } ?? nil,
      "violations": (try? JSONValue(parsing: violations)) ?? [],
    ]
  }
}

extension StoredTokens {
  fileprivate var json: JSONValue {
    ["input": input.json, "output": output.json, "cached": cached.json, "reasoning": reasoning.json]
  }
}

extension StoredMessage? {
  /// Headers and size; null where nothing was kept.
  fileprivate var json: JSONValue {
    guard let message = self else { return nil }
    return [
      "headers": .array(message.headers.map { [JSONValue($0.name), JSONValue($0.value)] }), "bytes": JSONValue(message.body.count),
      "omitted_bytes": JSONValue(message.omittedBytes),
    ]
  }
}
