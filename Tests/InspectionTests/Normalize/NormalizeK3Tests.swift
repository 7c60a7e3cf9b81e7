// SPDX-License-Identifier: Apache-2.0
import Inspection
import Testing

let k3Cases: [IDCase] = [
  IDCase("ids are left", [assistant((#""Bash_0""#, #""Bash""#)), result(#""Bash_0""#)], ["Bash_0", "<-Bash_0"]),
  IDCase(
    "ids that come again in another turn are left",
    [
      assistant((#""Bash_0""#, #""Bash""#)), result(#""Bash_0""#), assistant((#""Bash_0""#, #""Bash""#)),
      result(#""Bash_0""#),
    ],
    ["Bash_0", "<-Bash_0", "Bash_0", "<-Bash_0"]),
  IDCase(
    "ids that come again in a turn do not stay the same",
    [
      assistant((#""x""#, #""f""#), (#""x""#, #""g""#), (#""x""#, #""g""#)), result(#""x""#), result(#""x""#),
      result(#""x""#),
    ],
    ["x", "g_1", "g_2", "<-x", "<-g_1", "<-g_2"]),
  IDCase(
    "missing, null and empty ids",
    [assistant((nil, #""f""#), ("null", #""f""#), (#""""#, #""f""#)), result(nil), result("null"), result(#""""#)],
    ["f_0", "f_1", "f_2", "<-f_0", "<-f_1", "<-f_2"]),
  IDCase(
    "no id is made that another call of the turn has",
    [
      assistant((nil, #""f""#), (#""f_0""#, #""f""#), (#""f_1""#, #""f""#)), result(#""f_0""#), result(#""f_1""#),
      result(nil),
    ],
    ["f_2", "f_0", "f_1", "<-f_0", "<-f_1", "<-f_2"]),
  IDCase(
    "a result with an unknown id is taken in order",
    [assistant((#""Bash_0""#, #""Bash""#)), result(#""call_9""#)], ["Bash_0", "<-Bash_0"]),
  IDCase(
    "results without ids go by the functions that they name",
    [assistant((nil, #""f""#), (nil, #""g""#)), result(nil, of: "g"), result(nil, of: "f")], ["f_0", "g_1", "<-g_1", "<-f_0"]),
  IDCase(
    "and those with an id that all calls have",
    [assistant((#""x""#, #""f""#), (#""x""#, #""g""#)), result(#""x""#, of: "g"), result(#""x""#, of: "f")], ["x", "g_1", "<-g_1", "<-x"]),
  IDCase("a call without a name", [assistant((nil, nil)), result(nil)], ["call_0", "<-call_0"]),
  IDCase("a name in escapes", [assistant((nil, #""a\"\u0062""#)), result(nil)], [#"a"b_0"#, #"<-a"b_0"#]),
  IDCase("an orphan result", [result(#""x""#)], ["<-x"], ["history.orphan_result"]),
  IDCase("an orphan call", [assistant((#""x""#, #""f""#)), user()], ["x"], ["history.orphan_call"]),
]

@Test("For K3 ids are only there, and one of a kind in their turn", arguments: k3Cases)
func normalizesK3(_ test: IDCase) throws {
  let once = try normalize(test.body, .k3)
  #expect(once.ids == test.ids)
  #expect(once.codes == test.codes)
  #expect(try normalize(once.bytes, .k3).normalization.edits.isEmpty)
}
