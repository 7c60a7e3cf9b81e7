// SPDX-License-Identifier: Apache-2.0
import Configuration

/// A configuration file that no argument named. It may be somebody else's, in a folder that was only entered, and keys and
/// conversations go where it says: so it is told, with whom it names, before anything is sent.
struct FoundFile {
  private let path: String

  init?(environment: [String: String]) {
    guard let path = BelayConfiguration.unnamedFile(environment: environment) else { return nil }
    self.path = path
  }

  var line: String { "configuration: \(path)" }

  static func line(of vendor: String, at baseURL: String) -> String { "  \(vendor): \(baseURL)" }
}
