// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Keys in a path's query: `?key=...` and its like.
enum QueryKeys {
  /// Parameters whose values are keys.
  private static let names = ["key", "api_key", "api-key", "apikey", "token", "access_token", "auth"]

  /// The keys as they stand there, and decoded.
  static func values(in path: String) -> [String] {
    guard let (_, parameters) = parts(of: path) else { return [] }
    let values = parameters.compactMap { key(in: $0).map { String($0) } }
    return values + values.compactMap(\.removingPercentEncoding)
  }

  static func removed(from path: String) -> String {
    guard let (head, parameters) = parts(of: path) else { return path }
    let kept = parameters.map { parameter in
      key(in: parameter).map { "\(parameter[..<$0.startIndex])\(Redaction.mark)" } ?? String(parameter)
    }
    return head + kept.joined(separator: "&")
  }

  /// All before the query, its `?` included, and the query's parameters.
  private static func parts(of path: String) -> (head: String, parameters: [Substring])? {
    guard let mark = path.utf8.firstIndex(of: UInt8(ascii: "?")) else { return nil }
    let start = path.utf8.index(after: mark)
    return (String(path[..<start]), path[start...].split(separator: "&", omittingEmptySubsequences: false))
  }

  private static func key(in parameter: Substring) -> Substring? {
    guard let equals = parameter.firstIndex(of: "="), names.contains(parameter[..<equals].lowercased()) else { return nil }
    return parameter[parameter.index(after: equals)...]
  }
}
