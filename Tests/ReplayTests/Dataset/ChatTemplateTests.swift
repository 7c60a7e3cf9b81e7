// SPDX-License-Identifier: Apache-2.0
import Foundation
import JSON
import Replay
import Testing

@Suite struct ChatTemplateTests {
  /// Requests that go through every branch of the templates.
  static let requests: [String] = [
    #"{"messages":[]}"#,
    #"{"messages":[{"role":"user","content":"hi"}]}"#,
    #"{"messages":[{"role":"system","content":"be"},{"role":"user","content":"é\n  'q' \"d\"","name":"ann"}],"tools":[]}"#,
    #"{"messages":[{"role":"user","content":"hi"}],"tools":[{"type":"function","function":{"name":"f","b":1.50,"a":[true,null,"é"]}}]}"#,
    #"""
    {"messages":[{"role":"user","content":"go"},
      {"role":"assistant","content":null,"reasoning_content":"early","tool_calls":[{"id":"functions.f:0","function":{"name":"f","arguments":"{}"}}]},
      {"role":"tool","tool_call_id":"functions.f:0","content":"one"},
      {"role":"assistant","content":"done","reasoning_content":"halfway"},
      {"role":"user","content":"again"},
      {"role":"assistant","content":"wait","reasoning_content":"late","tool_calls":[
        {"id":"functions.f:1","function":{"name":"f","arguments":{"b":[1,2.0],"a":"é"}}},{"function":{"arguments":""}}]},
      {"role":"tool","name":"f","tool_call_id":"functions.f:1","content":[{"type":"text","text":"it's"},{"type":"image"}]},
      {"role":"tool","content":null},
      {"role":"assistant","content":"","reasoning_content":null,"tool_calls":[]}]}
    """#,
    #"{"messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"image_url","image_url":{"url":"x"}},{"text":"b"},{}]}]}"#,
    #"{"messages":[{"role":"odd","content":null},{"content":"x"},{"role":null,"name":"","content":"y"},{"role":"user"}]}"#,
    #"{"messages":[{"role":"assistant","reasoning_content":"r"},{"role":"user","name":7,"content":"z"}]}"#,
  ]

  private func prompt(_ text: String, _ template: ChatTemplate) throws -> String {
    let request = try JSONValue(parsing: text)
    return try template.prompt(messages: request["messages"], tools: request["tools"])
  }

  @Test("An instruct conversation with a tool, its call and its result")
  func instruct() throws {
    let request = #"""
      {"messages":[{"role":"user","content":"go"},{"role":"assistant","content":"ok","tool_calls":[{"id":"functions.f:0","function":{"arguments":"{}"}}]},
      {"role":"tool","tool_call_id":"functions.f:0","content":"1"}],"tools":[{"b":1,"a":2}]}
      """#
    #expect(
      try prompt(request, .instruct) == """
        <|im_system|>tool_declare<|im_middle|>
          # Tools
          [{"a": 2, "b": 1}]<|im_end|><|im_system|>system<|im_middle|>You are Kimi, an AI assistant created by Moonshot AI.<|im_end|>\
        <|im_user|>user<|im_middle|>go<|im_end|><|im_assistant|>assistant<|im_middle|>ok<|tool_calls_section_begin|>\
        <|tool_call_begin|>functions.f:0<|tool_call_argument_begin|>{}<|tool_call_end|><|tool_calls_section_end|><|im_end|>\
        <|im_system|>tool<|im_middle|>## Return of functions.f:0
            1<|im_end|><|im_assistant|>assistant<|im_middle|>
        """)
  }

  @Test("Thinking keeps the thoughts of the turns after the last plain answer only")
  func thinking() throws {
    let text = try prompt(Self.requests[4], .thinking)
    #expect(!text.contains("early") && !text.contains("halfway") && !text.contains("late"))
    let open = #"{"messages":[{"role":"assistant","content":"a","reasoning_content":"no"},{"role":"assistant","tool_calls":[{"id":"i","function":{"arguments":"{}"}}],"reasoning_content":"yes"}]}"#
    #expect(try prompt(open, .thinking).contains("<think></think>a<|im_end|>"))
    #expect(try prompt(open, .thinking).contains("<think>yes</think><|tool_calls_section_begin|>"))
  }

  @Test(
    "What Jinja raises on is no prompt",
    arguments: [
      #"{}"#, #"{"messages":["x"]}"#, #"{"messages":[{"role":"assistant","tool_calls":[{"id":"a"}]}]}"#,
      #"{"messages":[{"role":"user","content":3}]}"#,
    ])
  func unrenderable(request: String) throws {
    for template in ChatTemplate.allCases {
      #expect(throws: ChatTemplate.Unrenderable.self) { try prompt(request, template) }
    }
  }

  @Test("A model's name chooses the template")
  func names() {
    #expect(ChatTemplate(model: "moonshotai/Kimi-K2-Thinking") == .thinking)
    #expect(ChatTemplate(model: "moonshotai/Kimi-K2-Instruct-0905") == .instruct)
  }

  @Test(
    "Byte for byte what transformers makes of Moonshot's templates",
    .enabled(if: Peers.templates != nil && Peers.python != nil, "needs BELAY_K2_TEMPLATES and BELAY_K2VV_PYTHON"),
    arguments: ChatTemplate.allCases)
  func oracle(template: ChatTemplate) async throws {
    var requests = Self.requests
    if SharedData.exists(SharedData.requests) {
      requests += try jsonLines(SharedData.requests).map(\.description)
    }
    let lines = try requests.map { try JSONValue(parsing: $0).description }.joined(separator: "\n")
    let expected = try await Peers.run(Self.script(template), input: Array(lines.utf8), in: try #require(Peers.templates))
    let prompts = try #require(try JSONValue(parsing: expected).array)
    try #require(prompts.count == requests.count)
    for (request, prompt) in zip(requests, prompts) {
      let ours = try self.prompt(request, template)
      #expect(ours == prompt.string, "\(request.prefix(200))")
    }
  }

  /// As `apply_chat_template` renders: its environment, its `tojson`, and the tokenizer's sorting of tools.
  private static func script(_ template: ChatTemplate) -> String {
    """
    import json, sys
    from jinja2.ext import loopcontrols
    from jinja2.sandbox import ImmutableSandboxedEnvironment
    env = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols])
    env.filters["tojson"] = lambda x, ensure_ascii=False, indent=None, separators=None, sort_keys=False: json.dumps(
        x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)
    def sort(o):
        if isinstance(o, dict): return {k: sort(v) for k, v in sorted(o.items())}
        return [sort(i) for i in o] if isinstance(o, list) else o
    template = env.from_string(open("\(template.rawValue).jinja").read())
    requests = [json.loads(line) for line in open(sys.argv[1])]
    print(json.dumps([template.render(messages=r["messages"], tools=sort(r.get("tools")), add_generation_prompt=True) for r in requests]))
    """
  }
}
