// SPDX-License-Identifier: Apache-2.0
import Foundation
import Inspection
import Testing

/// Requests, one file each: `<code>.request.json` shows the finding `<code>` and no other; `<code>.near.request.json` is nearly
/// the same, and there is nothing wrong with it.
struct RequestFixture: CustomTestStringConvertible, Sendable {
  var name: String
  var bytes: [UInt8]
  var testDescription: String { name }
  var code: String { name.split(separator: ".").prefix(2).joined(separator: ".") }

  static let all: [RequestFixture] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: Fixture.folder.path())) ?? []
    return names.sorted().filter { $0.hasSuffix(".request.json") }.compactMap { name in
      guard let data = try? Data(contentsOf: Fixture.folder.appending(path: name)) else { return nil }
      return RequestFixture(name: name, bytes: Array(data))
    }
  }()
  static let near = all.filter { $0.name.contains(".near.") }
  static let showing = all.filter { !$0.name.contains(".near.") }

  /// A vendor that minds everything: K3 where the finding is about that.
  var target: RequestTarget {
    pickyTarget(code == "request.result_name_missing" ? .k3 : .k2)
  }
}

func pickyTarget(_ generation: Generation) -> RequestTarget {
  target(generation) { profile, traits in
    (profile.thinking, profile.reasoningKey, profile.blankContent) = (.thinking, .reasoningContent, .omit)
    (profile.toolChoiceRequired, profile.toolChoiceNamed) = (.thinkingOff, .thinkingOff)
    (profile.strict, profile.builtinTools, profile.partialMode) = (.ignored, .no, .ignored)
    (traits.hasImmutableSampling, traits.thinks, traits.needsReasoning) = (true, true, true)
  }
}

/// What is found in a request.
func inspect(_ bytes: [UInt8], for target: RequestTarget) throws -> [Finding] {
  let request = try ChatRequest(reading: bytes.span)
  return requestFindings(
    of: request, in: bytes.span, for: target, tools: request.facts(in: bytes.span, caches: SchemaCaches()).tools,
    normalization: normalizeIDs(of: request, in: bytes.span, generation: target.generation))
}
