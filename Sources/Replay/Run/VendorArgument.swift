// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What stands behind `--vendor`: `NAME=URL`, or `NAME` of a vendor that is known; and after commas what is this vendor's own, as in
/// `groq=https://api.groq.com/openai/v1,model=moonshotai/kimi-k2-instruct-0905,concurrency=8,rate=2`. `extra-body` is JSON and
/// comes last, as it may hold commas.
package struct VendorArgument: Equatable, Sendable {
  package let name: String
  /// Nil for a vendor that is named only.
  package let baseURL: String?
  package private(set) var model: String?
  package private(set) var concurrency: Int?
  package private(set) var rate: Double?
  package private(set) var extraBody: String?

  package init(_ text: String) throws(ReplayProblem) {
    var rest = text[...]
    if let range = rest.range(of: ",extra-body=") {
      extraBody = String(rest[range.upperBound...])
      rest = rest[..<range.lowerBound]
    }
    let parts = rest.split(separator: ",", omittingEmptySubsequences: false)
    let halves = (parts.first ?? "").split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    name = halves[0]
    baseURL = halves.count > 1 ? halves[1] : nil
    let shown = ShownURL.of(rest)
    if name.contains("://") { throw ReplayProblem("--vendor \(shown): a name comes first, as in groq=https://api.groq.com/openai/v1") }
    let isName = !name.isEmpty && name.utf8.allSatisfy { byte in
      (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A || (0x30...0x39).contains(byte) || byte == 0x2D || byte == 0x5F
    }
    guard isName else {
      throw ReplayProblem("--vendor \(shown): a name is of letters, digits, - and _, as it becomes part of file names")
    }
    // A query may have commas.
    if let baseURL, baseURL.contains(where: { "?#".contains($0) }) {
      throw ReplayProblem("--vendor \(shown): the URL must end with its path, without ? or #")
    }
    for part in parts.dropFirst() { try take(part, of: shown) }
  }

  private mutating func take(_ part: Substring, of shown: String) throws(ReplayProblem) {
    let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let value = halves.count > 1 ? String(halves[1]) : ""
    switch halves[0] {
    case "model" where !value.isEmpty: model = value
    case "concurrency" where Int(value) != nil: concurrency = Int(value)
    case "rate" where Double(value) != nil: rate = Double(value)
    default:
      let known = "model=NAME, concurrency=N, rate=N and extra-body=JSON"
      throw ReplayProblem("--vendor \(shown): after the URL come \(known), not '\(ShownURL.of(part))'")
    }
  }

  /// The variable with this vendor's key: `BELAY_GROQ_API_KEY` for `groq`. No other vendor's key is ever sent to it.
  package var keyVariable: String { "BELAY_\(name.uppercased().replacingOccurrences(of: "-", with: "_"))_API_KEY" }

  /// The options of this vendor, given those of the run.
  /// - Parameter known: what is known of it by its name, when it is only named.
  package func options(
    _ common: ReplayOptions, known: KnownVendor? = nil, environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws(ReplayProblem) -> ReplayOptions {
    var options = common
    options.name = name
    options.baseURL = if let baseURL { baseURL } else { try address(known) }
    if let model { options.preparation.model = model }
    if let concurrency { options.concurrency = concurrency }
    if let rate { options.rate = rate }
    if let extraBody { try options.setExtraBody(json: extraBody) }
    options.apiKey = APIKey(environment[keyVariable] ?? "") ?? (baseURL == nil ? known?.key : nil)
    return options
  }

  private func address(_ known: KnownVendor?) throws(ReplayProblem) -> String {
    if let url = known?.baseURL { return url }
    let reason = known == nil ? "nobody is known by that name (`belay explain vendors` lists those who are)" : "it has no address that is the same for all"
    throw ReplayProblem("--vendor \(name): \(reason); write \(name)=URL")
  }
}

/// A vendor that can be named without a URL.
package struct KnownVendor: Sendable {
  /// Nil where each user has another.
  package let baseURL: String?
  /// The key that the configuration has for it; the environment's wins.
  package let key: APIKey?

  package init(baseURL: String?, key: APIKey? = nil) { (self.baseURL, self.key) = (baseURL, key) }
}
