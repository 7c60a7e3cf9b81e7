// SPDX-License-Identifier: Apache-2.0
import JSON
import Replay
import Testing

@Suite struct PythonReprTests {
  static let values = [
    #"null"#, #"true"#, #"false"#, #"1"#, #"-0"#, #"1.50"#, #"1e400"#, #""plain""#, #""it's""#, #""say \"x\"""#, #""both ' and \"""#,
    #""\n\r\t\\\u0000\u007f\u00a0\u00ad\u200b\u2028é😀\ue000\u0378""#, #"[]"#, #"{}"#, #"[1,"a",null,{"b":[true]}]"#,
    #"{"a":1,"b":"x","a":2.0}"#, #"{"error":{"message":"it's \"bad\"","code":429}}"#,
  ]

  @Test("Value for value what Python's repr prints", .enabled(if: Python.path != nil, "needs python3"))
  func oracle() throws {
    let script = """
      import json, sys
      print(json.dumps([repr(json.loads(line)) for line in open(sys.argv[1])]))
      """
    let expected = try JSONValue(parsing: try Python.run(script, input: Array(Self.values.joined(separator: "\n").utf8)))
    for (text, repr) in zip(Self.values, try #require(expected.array)) {
      #expect(PythonRepr.repr(try JSONValue(parsing: text)) == repr.string, "\(text)")
    }
  }
}
