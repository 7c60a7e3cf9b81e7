// SPDX-License-Identifier: Apache-2.0

/// K2: results that no id tells, but that may say of which function they are; and calls of a turn in messages of their own.
let resultNameCases: [IDCase] = [
  IDCase(
    "results without ids go by the functions that they name",
    [assistant((nil, #""f""#), (nil, #""g""#)), result(nil, of: "g"), result(nil, of: "\\u0066")],
    ["functions.f:0", "functions.g:1", "<-functions.g:1", "<-functions.f:0"]),
  IDCase(
    "those of one function in order, and those that name none in between",
    [
      assistant((#""""#, #""f""#), (#""""#, #""g""#), (#""""#, #""f""#), (#""""#, #""h""#)), result(#""""#, of: "g"), result(#""""#),
      result("null", of: "f", in: "tool_name"), result(#""""#, of: "f"),
    ],
    [
      "functions.f:0", "functions.g:1", "functions.f:2", "functions.h:3", "<-functions.g:1", "<-functions.h:3", "<-functions.f:0",
      "<-functions.f:2",
    ]),
  IDCase(
    "one result alone that names its function", [assistant((nil, #""f""#), (nil, #""g""#)), result(nil, of: "g")],
    ["functions.f:0", "functions.g:1", "<-functions.g:1"], ["history.orphan_call"]),
  IDCase(
    "a call's name with the model's own prefix",
    [assistant((nil, #""functions.f""#), (nil, #""functions.g:1""#)), result(nil, of: "g"), result(nil, of: "f")],
    ["functions.functions.f:0", "functions.functions.g:1:1", "<-functions.functions.g:1:1", "<-functions.functions.f:0"]),
  IDCase(
    "and that prefix in an id, before a name that has it",
    [assistant((nil, #""f""#), (nil, #""functions.g""#)), result(#""functions.functions.g:7""#), result(nil, of: "f")],
    ["functions.f:0", "functions.functions.g:1", "<-functions.functions.g:1", "<-functions.f:0"]),
  IDCase(
    "ids that a client made of names",
    [
      assistant((#""a""#, #""f""#), (#""b""#, #""g""#), (#""c""#, #""h""#)), result(#""h""#), result(#""functions_g_1""#),
      result(#""functions.f:0""#),
    ],
    ["functions.f:0", "functions.g:1", "functions.h:2", "<-functions.h:2", "<-functions.g:1", "<-functions.f:0"]),
  IDCase(
    "an id of a call that is not there is no other's",
    [
      assistant((#""a""#, #""f""#)), result(#""functions.g:7""#), user(), assistant((#""b""#, #""f""#)), result(#""f:3""#),
      result(#""f:4""#),
    ],
    ["functions.f:0", "<-functions.g:7", "functions.f:1", "<-functions.f:1", "<-f:4"],
    ["history.orphan_result", "history.orphan_result", "history.orphan_call"]),
  IDCase(
    "nor where it had to be changed",
    [
      assistant((#""a""#, #""g""#)), result(#""a""#), assistant((#""b""#, #""f""#)), result(#""functions.g:0""#),
    ],
    ["functions.g:0", "<-functions.g:0", "functions.f:1", "<-functions.g:0_"], ["history.orphan_result", "history.orphan_call"]),
  IDCase(
    "names that no call has say nothing",
    [assistant((nil, #""f""#), (nil, #""g""#)), result(nil, of: "tool"), result(nil, of: "h")],
    ["functions.f:0", "functions.g:1", "<-functions.f:0", "<-functions.g:1"]),
  IDCase(
    "nor does one that was looked up by an id which all calls have",
    [
      assistant((nil, #""f""#), (nil, #""g""#)), result(nil, of: "g"), result(nil, of: "g"),
      assistant((#""x""#, #""f""#), (#""x""#, #""g""#)), result(#""x""#, of: "g"), result(#""x""#, of: "g"),
      assistant((#""x""#, #""f""#), (#""x""#, #""g""#)), result(#""x""#, of: "f"), result(#""x""#, of: "f"),
    ],
    [
      "functions.f:0", "functions.g:1", "<-functions.f:0", "<-functions.g:1", "functions.f:2", "functions.g:3", "<-functions.f:2",
      "<-functions.g:3", "functions.f:4", "functions.g:5", "<-functions.f:4", "<-functions.g:5",
    ]),
  IDCase(
    "duplicate ids in one turn go by names",
    [
      assistant((#""y""#, #""g""#), (#""x""#, #""f""#), (#""x""#, #""g""#), (#""x""#, #""f""#)), result(#""x""#, of: "g"),
      result(#""x""#, of: "f"), result(#""y""#, of: "f"), result(#""x""#, of: "f"),
    ],
    [
      "functions.g:0", "functions.f:1", "functions.g:2", "functions.f:3", "<-functions.g:2", "<-functions.f:1", "<-functions.g:0",
      "<-functions.f:3",
    ]),
  IDCase(
    "an id that is one of a kind goes before a name",
    [assistant((#""a""#, #""f""#), (#""b""#, #""g""#)), result(#""a""#, of: "g"), result(#""b""#, of: "f")],
    ["functions.f:0", "functions.g:1", "<-functions.f:0", "<-functions.g:1"]),
  IDCase(
    "a message for each call of a turn",
    [
      assistant((nil, #""f""#)), assistant((nil, #""g""#)), result(nil), result(nil), user(), assistant((#""x""#, #""f""#)),
      assistant((#""x""#, #""g""#)), result(#""x""#), result(#""x""#),
    ],
    [
      "functions.f:0", "functions.g:1", "<-functions.f:0", "<-functions.g:1", "functions.f:2", "functions.g:3", "<-functions.f:2",
      "<-functions.g:3",
    ]),
  IDCase(
    "of older ones without results the last goes first, or the one of the name",
    [
      assistant((nil, #""f""#)), assistant((nil, #""g""#)), result(nil), user(), assistant((nil, #""f""#)), assistant((nil, #""f""#)),
      assistant((nil, #""g""#)), result(nil, of: "f"),
    ],
    ["functions.f:0", "functions.g:1", "<-functions.g:1", "functions.f:2", "functions.f:3", "functions.g:4", "<-functions.f:3"],
    ["history.orphan_call", "history.orphan_call", "history.orphan_call"]),
]
