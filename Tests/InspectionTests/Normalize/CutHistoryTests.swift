// SPDX-License-Identifier: Apache-2.0
import Inspection
import Testing

/// Histories whose beginning a client has cut off: results stand there whose calls are gone, with the ids that those had.
private let histories: [IDCase] = [
  IDCase(
    "the first call does not get the id of a result before it",
    [result(#""functions.f:0""#), user(), assistant((#""f:3""#, #""f""#)), result(#""f:3""#)],
    ["<-functions.f:0", "functions.f:1", "<-functions.f:1"]),
  IDCase(
    "nor keeps it", [result(#""functions.f:0""#), assistant((#""functions.f:0""#, #""f""#)), user()],
    ["<-functions.f:0", "functions.f:1"]),
  IDCase(
    "each number is left out, and none behind it",
    [
      result(#""functions.f:0""#), result(#""functions.g:2""#), assistant((#""a""#, #""f""#), (#""b""#, #""g""#)), result(#""b""#),
      assistant((#""c""#, #""f""#)), result(#""c""#),
    ],
    ["<-functions.f:0", "<-functions.g:2", "functions.f:1", "functions.g:3", "<-functions.g:3", "functions.f:4", "<-functions.f:4"]),
  IDCase(
    "calls that go on from it keep their ids",
    [result(#""functions.f:4""#), assistant((#""functions.f:5""#, #""f""#)), result(#""functions.f:5""#)],
    ["<-functions.f:4", "functions.f:5", "<-functions.f:5"]),
  IDCase(
    "what is no id of the model's counts for nothing",
    [result(#""call_0""#), result(#""f:0""#), result(#""functions.f:0x""#), assistant((#""a""#, #""f""#)), result(#""a""#)],
    ["<-call_0", "<-f:0", "<-functions.f:0x", "functions.f:0", "<-functions.f:0"]),
]

@Test("No call comes to be answered by a result whose call is gone", arguments: histories)
func cutHistories(_ history: IDCase) throws {
  let once = try normalize(body(history.messages.joined(separator: ",")))
  #expect(once.ids == history.ids)
  #expect(try normalize(once.bytes).bytes == once.bytes)
}
