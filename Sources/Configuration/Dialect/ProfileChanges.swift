// SPDX-License-Identifier: Apache-2.0
package import Inspection

/// What an entry says of a vendor's dialect. Nil where it says nothing; an inner nil says that it is unknown.
package struct ProfileChanges: Equatable, Sendable {
  package var thinking: VendorProfile.ThinkingStyle??
  package var reasoningKey: VendorProfile.ReasoningKey??
  package var toolChoiceNone: VendorProfile.Support?
  package var toolChoiceRequired: VendorProfile.Support?
  package var toolChoiceNamed: VendorProfile.Support?
  package var strict: VendorProfile.Support?
  package var builtinTools: VendorProfile.Support?
  package var partialMode: VendorProfile.Support?
  package var blankContent: VendorProfile.BlankContent?
  package var usage: VendorProfile.UsagePlace??
  package var errors: VendorProfile.ErrorWrapper??
  package var normalize: Set<VendorProfile.RequestRule>?

  package init() {}

  func applied(to profile: VendorProfile) -> VendorProfile {
    var profile = profile
    if let thinking { profile.thinking = thinking }
    if let reasoningKey { profile.reasoningKey = reasoningKey }
    if let toolChoiceNone { profile.toolChoiceNone = toolChoiceNone }
    if let toolChoiceRequired { profile.toolChoiceRequired = toolChoiceRequired }
    if let toolChoiceNamed { profile.toolChoiceNamed = toolChoiceNamed }
    if let strict { profile.strict = strict }
    if let builtinTools { profile.builtinTools = builtinTools }
    if let partialMode { profile.partialMode = partialMode }
    if let blankContent { profile.blankContent = blankContent }
    if let usage { profile.usage = usage }
    if let errors { profile.errors = errors }
    if let normalize { profile.normalize = normalize }
    return profile
  }

  /// These, and what `others` say where these say nothing.
  func over(_ others: ProfileChanges) -> ProfileChanges {
    var both = self
    both.thinking = thinking ?? others.thinking
    both.reasoningKey = reasoningKey ?? others.reasoningKey
    both.toolChoiceNone = toolChoiceNone ?? others.toolChoiceNone
    both.toolChoiceRequired = toolChoiceRequired ?? others.toolChoiceRequired
    both.toolChoiceNamed = toolChoiceNamed ?? others.toolChoiceNamed
    both.strict = strict ?? others.strict
    both.builtinTools = builtinTools ?? others.builtinTools
    both.partialMode = partialMode ?? others.partialMode
    both.blankContent = blankContent ?? others.blankContent
    both.usage = usage ?? others.usage
    both.errors = errors ?? others.errors
    both.normalize = normalize ?? others.normalize
    return both
  }
}
