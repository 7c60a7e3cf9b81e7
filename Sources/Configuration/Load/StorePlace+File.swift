// SPDX-License-Identifier: Apache-2.0
import Foundation

extension StorePlace {
  /// What the commands that read a store are told of its place.
  package enum Told: Equatable, Sendable {
    case file(String)
    /// Nothing is kept; who says so.
    case off(by: String)
  }

  /// The store that `belay serve` would write to with the same flags, variables and file. Of the file only the section `store:`
  /// counts: a vendor's key that is not in this shell's environment is no reason not to read what was recorded.
  ///
  /// - Parameters:
  ///   - option: the flag `--store`.
  ///   - config: the flag `--config`; that file must exist.
  /// - Throws: `UnreadableFile`, or `ConfigurationErrors` where the file or its section cannot be understood.
  package static func told(option: String?, config: String?, environment: [String: String]) throws -> Told {
    func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    if let option { return option == "off" ? .off(by: "--store") : .file(option) }
    if let variable = value(variable) { return variable == "off" ? .off(by: Self.variable) : .file(variable) }
    let named = config ?? value(Setting.config.variable)
    let file = named ?? "belay.yaml"
    guard named != nil || FileManager.default.fileExists(atPath: file) else { return .file(path(environment: environment)) }
    let section = try section(SourceText(name: file, text: try UnreadableFile.text(of: file)), environment)
    return section.isOff ? .off(by: file) : .file(path(configured: section.path, environment: environment))
  }

  private static func section(_ source: SourceText, _ environment: [String: String]) throws -> StoreSection {
    let log = ProblemLog(source)
    var section = StoreSection()
    if let document = YAMLDocument.read(source, log: log), let root = document.root {
      let context = YAMLContext(source: source, environment: environment, log: log, renamed: document.renamed)
      var map = YAMLValue(node: root, name: "", context: context).map()
      if let entry = map?.entry("store") { section = StoreSection(reading: entry) }
    }
    if log.hasErrors { throw ConfigurationErrors(problems: log.sorted) }
    return section
  }
}
