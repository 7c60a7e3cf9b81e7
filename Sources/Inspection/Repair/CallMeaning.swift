// SPDX-License-Identifier: Apache-2.0
import JSON

/// What a call says: the same tool with the same arguments is the same call, however they are spelled.
struct CallMeaning: Hashable {
  private let name: [UInt8]
  /// JSON in one spelling, or what is no JSON as it is.
  private let arguments: [UInt8]
  private let isJSON: Bool

  init(_ call: AssembledCall) {
    name = call.name
    // Who calls with nothing calls with no arguments.
    let text = call.arguments.span.isBlank ? Array("{}".utf8) : call.arguments
    let value = try? JSONValue(parsing: text)
    isJSON = value != nil
    arguments = value.map { JSONWriter.bytes(of: Self.ordered($0)) } ?? text
  }

  /// Equal values come out alike: of members with one key only the last counts, and their order does not.
  private static func ordered(_ value: JSONValue) -> JSONValue {
    switch value {
    case .number(let number): return .number(number.normalized)
    case .array(let elements): return .array(elements.map { ordered($0) })
    case .object(let object):
      let members = Dictionary(object.members.map { ($0.key, $0.value) }) { _, last in last }
      return .object(JSONObject(members.sorted { $0.key < $1.key }.map { (key: $0.key, value: ordered($0.value)) }))
    default: return value
    }
  }
}
