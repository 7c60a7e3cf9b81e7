// SPDX-License-Identifier: Apache-2.0
import Foundation
package import Inspection

extension BelayConfiguration {
  /// Reads the configuration file, if there is one, and the rule files that it names, and checks everything: see
  /// ``load(_:file:environment:overrides:ruleFiles:)``.
  ///
  /// - Parameter path: the file named on the command line; it must exist. Nil: the one that `BELAY_CONFIG` names, else
  ///   `belay.yaml` in the working directory, which may be absent.
  package static func read(
    path: String?, environment: [String: String], overrides: Overrides
  ) throws -> BelayConfiguration {
    let named = path ?? environment[Setting.config.variable].flatMap { $0.isEmpty ? nil : $0 }
    let file = named ?? "belay.yaml"
    if named == nil, !FileManager.default.fileExists(atPath: file) {
      return try load(nil, environment: environment, overrides: overrides)
    }
    let text = try UnreadableFile.text(of: file)
    return try load(
      text, file: file, environment: environment, overrides: overrides, ruleFiles: RuleFiles(besideFile: file))
  }

  /// The file that is read where the command line names none, as the start is to show it: what lies in a folder by chance decides
  /// where conversations go. Nil: none is read.
  package static func unnamedFile(environment: [String: String]) -> String? {
    if let named = environment[Setting.config.variable], !named.isEmpty { return named }
    return FileManager.default.fileExists(atPath: "belay.yaml") ? "./belay.yaml" : nil
  }
}

extension ModelRules {
  /// The rules of the configuration file before the embedded ones, for commands that need no vendor. Where there is no file: the
  /// embedded ones. `path` as for ``BelayConfiguration/read(path:environment:overrides:)``.
  package static func read(path: String?, environment: [String: String]) throws -> ModelRules {
    let named = path ?? environment[Setting.config.variable].flatMap { $0.isEmpty ? nil : $0 }
    if named == nil, !FileManager.default.fileExists(atPath: "belay.yaml") { return .embedded }
    return try BelayConfiguration.read(path: path, environment: environment, overrides: Overrides()).rules
  }
}
