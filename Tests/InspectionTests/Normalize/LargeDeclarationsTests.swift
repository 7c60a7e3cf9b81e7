// SPDX-License-Identifier: Apache-2.0
import Inspection
import TestSupport
import Testing

/// Tools whose schemas are as large as a request may be.
@Suite(.timeLimit(.minutes(1))) struct LargeDeclarationsTests {
  private static func list(_ count: Int, _ element: (Int) -> String) -> String { (0..<count).map(element).joined(separator: ",") }

  /// A tool with a schema of so many properties, of which the last is suspicious.
  private static func tool(_ name: String, _ properties: Int) -> String {
    let all = list(properties) { #""p\#($0)":{"anyOf":[{"type":"string"},{"type":"null"}]}"# }
    let last = #""last":{"type":"string","nullable":true}"#
    let parameters = #"{"type":"object","properties":{\#(properties > 0 ? all + "," : "")\#(last)}}"#
    return #"{"type":"function","function":{"name":"\#(name)","parameters":\#(parameters)}}"#
  }

  private static func findings(_ tools: [String]) throws -> [Finding] {
    let request = Array(#"{"model":"kimi-k2","messages":[],"tools":[\#(tools.joined(separator: ","))]}"#.utf8)
    return try inspect(request, for: target()).filter { $0.kind == .suspiciousSchema }
  }

  @Test("Of 16 tools with schemas of 300 KB the first are looked over") func many() throws {
    let tools = (0..<16).map { Self.tool("tool_\($0)", 6000) }
    var found: [Finding] = []
    let time = try cpuTime { found = try Self.findings(tools) }
    #expect(found.first?.path?.hasPrefix("/tools/0/") == true && (8..<16).contains(found.count))
    #expect(time < .seconds(4), "\(time)")
  }

  @Test("All of a thousand small ones are") func small() throws {
    #expect(try Self.findings((0..<1000).map { Self.tool("tool_\($0)", 3) }).count == 1000)
  }
}
