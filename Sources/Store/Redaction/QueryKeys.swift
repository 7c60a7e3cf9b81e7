// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Keys in a path's query: `?key=...` and its like.
enum QueryKeys {
  /// The keys as they stand there, and decoded.
  static func values(in path: String) -> [String] {
    guard let (_, parameters) = parts(of: path) else { return [] }
    var values: [String] = []
    for parameter in parameters {
      guard let key = key(in: parameter), key.utf8.count >= SecretSearch.shortest else { continue }
      values.append(String(key))
      if key.utf8.contains(UInt8(ascii: "%")), let decoded = String(key).removingPercentEncoding { values.append(decoded) }
    }
    return values
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
    let parameters = path.utf8[start...].split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false)
    return (String(path[..<start]), parameters.map { Substring($0) })
  }

  private static func key(in parameter: Substring) -> Substring? {
    guard let equals = parameter.utf8.firstIndex(of: UInt8(ascii: "=")) else { return nil }
    let name = String(parameter[..<equals])
    // `sig` is Azure's (learn.microsoft.com/rest/api/storageservices/create-service-sas).
    guard Redaction.isCredential(name.removingPercentEncoding ?? name) || name == "sig" else { return nil }
    return parameter[parameter.utf8.index(after: equals)...]
  }
}
