// SPDX-License-Identifier: Apache-2.0
import Inspection
import JSON

extension Explanation {
  /// What the name of a model means.
  static func model(_ name: String, _ rules: ModelRules, as form: Form) -> String {
    let generation = rules.generation(of: name)
    let traits = rules.traits(of: name)
    if form == .json {
      var writer = JSONWriter()
      writer.beginObject()
      writer.write(key: "model")
      writer.write(string: name)
      writer.write(key: "generation")
      writer.write(string: generation.rawValue)
      writer.write(key: "immutable_sampling")
      writer.write(traits.hasImmutableSampling)
      writer.write(key: "thinks")
      writer.write(traits.thinks)
      writer.write(key: "needs_reasoning")
      writer.write(traits.needsReasoning)
      writer.write(key: "gate")
      if let gate = traits.gate { writer.write(raw: "\(gate)".utf8) } else { writer.writeNull() }
      writer.endObject()
      return String(decoding: writer.finish(), as: UTF8.self) + "\n"
    }
    let facts = [
      ("generation", generation.rawValue), ("ids in history", generation.idForm),
      ("sampling", traits.hasImmutableSampling ? "its own values only" : "any"),
      ("thinks", traits.thinks ? "unless told not to" : "not that it is known"),
      ("reasoning", traits.needsReasoning ? "must come back with calls" : "need not come back"),
      ("gate", traits.gate.map { "tool_call_f1 of at least \($0)" } ?? "none in K2VV"),
    ]
    if form == .markdown { return "## `\(name)`\n\n" + facts.map { "- \($0): \($1)\n" }.joined() }
    return "\(name)\n" + fields(facts)
  }
}

extension Generation {
  fileprivate var idForm: String {
    switch self {
    case .k2: "functions.{name}:{index}, the index counting over the whole conversation"
    case .k3: "as they are, but not empty and each once in a turn"
    case .other: "as they are"
    }
  }
}
