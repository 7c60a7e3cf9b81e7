// SPDX-License-Identifier: Apache-2.0
package import JSON
import JSONSchema

/// What a careful engineer says of a call, beside K2VV's verdict: the specification's numbers and patterns, arguments that are
/// JSON, and the tool that was declared, also when it takes anything. A schema that is itself invalid is the set's fault, and no
/// verdict on the call.
package struct CarefulJudge: Sendable {
  private let cache = SchemaCache(options: SchemaOptions(profile: .specification))

  package init() {}

  package func isValid(_ name: JSONString, _ arguments: JSONValue, _ tools: JSONValue?) -> Bool? {
    guard let function = tools?.array?.lazy.compactMap({ $0["function"] }).first(where: { $0["name"]?.utf8 == name }) else {
      return false
    }
    let text = arguments.utf8?.utf8 ?? JSONWriter.bytes(of: arguments)
    let parameters = function["parameters"].map(JSONWriter.bytes(of:)) ?? Array("{}".utf8)
    guard let schema = try? cache.schema(parameters) else { return nil }
    var validator = Validator(root: "arguments")
    return switch validator.validate(text, with: schema) {
    case .valid: true
    case .invalid, .notJSON: false
    case .broken: nil
    }
  }
}
