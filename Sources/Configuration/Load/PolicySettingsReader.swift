// SPDX-License-Identifier: Apache-2.0
import Inspection

extension PolicySettings {
  /// What the file says, and what is given above it. A flag is no default that a vendor's entry could have an exception from.
  init(_ file: ConfigurationFile, given: Given, failover: [String]) {
    self.init()
    mode = file.mode ?? mode
    forcedMode = given.parsed(.mode, Words.parser(of: Mode.self))?.value
    enforce = file.enforce.settings
    let onExhausted = given.parsed(.onExhausted, Words.parser(of: EnforceSettings.OnExhausted.self))
    if let onExhausted { enforce.onExhausted = onExhausted.value }
    forcedRepairs = given.parsed(.repairs, NameSet.parser(of: RepairRule.self))?.value
    enforce.failover = failover.reduce(into: []) { names, name in if !names.contains(name) { names.append(name) } }
    responseIDs = file.responseIDs ?? responseIDs
    forcedResponseIDs = given.parsed(.responseIDs, Words.parser(of: ResponseIDForm.self))?.value
    actions = file.rules.actions
    policies = file.rules.policies.map(\.rule)
  }
}
