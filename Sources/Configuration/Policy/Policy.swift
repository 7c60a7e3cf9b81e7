// SPDX-License-Identifier: Apache-2.0
package import Inspection

/// What holds for one vendor and one model. Made once for both by ``BelayConfiguration/policy(vendor:model:)``, and shared.
package final class Policy: Sendable {
  package let mode: Mode
  /// With the repairs that hold here.
  package let enforce: EnforceSettings
  package let responseIDs: ResponseIDForm
  /// The vendor's dialect for this model, with the normalizations that hold here.
  package let profile: VendorProfile
  package let traits: ModelTraits
  package let generation: Generation

  private let actions: [FindingKind: FindingAction]
  private let toolActions: [ToolActions]

  /// Actions for the calls of some tools; the first that names the tool and the finding counts.
  struct ToolActions: Equatable {
    let tools: [[UInt8]]
    let actions: [FindingKind: FindingAction]
  }

  init(
    mode: Mode, enforce: EnforceSettings, responseIDs: ResponseIDForm, profile: VendorProfile, traits: ModelTraits,
    generation: Generation, actions: [FindingKind: FindingAction], toolActions: [ToolActions]
  ) {
    self.mode = mode
    self.enforce = enforce
    self.responseIDs = responseIDs
    self.profile = profile
    self.traits = traits
    self.generation = generation
    self.actions = actions
    self.toolActions = toolActions
  }

  /// What is done about a finding that no repair has mended.
  ///
  /// - Parameter tool: the tool's name, for a finding about a call.
  package func action(for kind: FindingKind, tool: borrowing Span<UInt8>?) -> FindingAction {
    let usual = actions[kind] ?? .record
    if toolActions.isEmpty { return usual }
    guard let tool = copy tool else { return usual }
    for rule in toolActions {
      guard let action = rule.actions[kind] else { continue }
      for pattern in rule.tools where glob(pattern.span, matches: tool) { return action }
    }
    return usual
  }

  /// What is done about a finding that is about no call.
  package func action(for kind: FindingKind) -> FindingAction { actions[kind] ?? .record }
}

extension Policy: Equatable {
  package static func == (one: Policy, other: Policy) -> Bool {
    one.mode == other.mode && one.enforce == other.enforce && one.responseIDs == other.responseIDs
      && one.profile == other.profile && one.traits == other.traits && one.generation == other.generation
      && one.actions == other.actions && one.toolActions == other.toolActions
  }
}
