// SPDX-License-Identifier: Apache-2.0

/// Where the store's file is: one rule for whoever writes it and whoever reads it.
package enum StorePlace {
  package static let variable = "BELAY_STORE"

  /// The file that a flag names, else `BELAY_STORE`, else the configuration file, else a place below the user's state folder:
  /// `$XDG_STATE_HOME/belay/belay.sqlite`, or `~/.local/state/belay/belay.sqlite` where that variable is unset or is no absolute
  /// path (XDG Base Directory Specification). Without a home folder, `belay.sqlite` in the working directory.
  package static func path(
    option: String? = nil, configured: String? = nil, environment: [String: String]
  ) -> String {
    func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    if let named = option ?? value(variable) ?? configured { return named }
    if let state = value("XDG_STATE_HOME"), state.hasPrefix("/") { return join(state, "belay/belay.sqlite") }
    if let home = value("HOME") { return join(home, ".local/state/belay/belay.sqlite") }
    return "belay.sqlite"
  }

  private static func join(_ folder: String, _ rest: String) -> String { folder.hasSuffix("/") ? folder + rest : "\(folder)/\(rest)" }
}
