// SPDX-License-Identifier: Apache-2.0
import JSON

/// What has to be known of a request to judge its response. It outlives the request's bytes.
package struct RequestFacts: Equatable, Sendable {
  /// Every tool that a model may call: those at the top, those that K3 takes from system messages, builtin functions.
  package var tools: ToolSet
  /// The ids of the calls in the history, as the client sent them.
  package var callIDs: ByteStrings
  /// The names of those calls that no tool here has, each once: tools that there were before. Hardly ever any.
  package var strangers = ByteStrings()
  /// `tool_choice` is `none`: no call is wanted.
  package var forbidsCalls = false
  /// The client leaves it to the model which tool it calls, so that another attempt may say that it has to call one.
  package var mayDemandCall = true
  /// How many choices were asked for.
  package var choiceCount = 1
  /// Markup of calls stands in what the model reads, see `ChatRequest.quotesMarkup`: what looks like a lost call may be a quotation.
  package var quotesMarkup = false
  /// The answer ends at the first of some words, before which there may be none (`stop`).
  package var hasStop = false
  /// The last message is what the answer is to begin with (Kimi's Partial Mode, and other vendors' names for it): nothing may stand behind it.
  package var continuesAnswer = false
  /// A stream is to end with usage: `stream_options.include_usage`.
  package var wantsUsage = false

  /// An answer may be empty: it ends before a word, or has nothing to add to what was begun for the model.
  var allowsNothing: Bool { hasStop || continuesAnswer }
  /// Markup in the answer may be a call that a vendor lost.
  package var mayLoseCalls: Bool { tools.count > 0 && !quotesMarkup }

  package init(tools: ToolSet = .none, callIDs: ByteStrings = ByteStrings()) {
    self.tools = tools
    self.callIDs = callIDs
  }
}

extension ChatRequest {
  /// What has to be known to judge the response, once these bytes are gone.
  package func facts(in bytes: borrowing Span<UInt8>, caches: SchemaCaches) -> RequestFacts {
    facts(toolSet(in: bytes, caches: caches), bytes)
  }

  /// The same, with the tools of an earlier request if they are the same bytes.
  package func facts(in bytes: borrowing Span<UInt8>, tools: inout ToolSetCache) -> RequestFacts {
    facts(tools.tools(of: self, in: bytes), bytes)
  }

  private func facts(_ tools: ToolSet, _ bytes: borrowing Span<UInt8>) -> RequestFacts {
    var facts = RequestFacts(tools: tools)
    facts.callIDs.reserveCapacity(calls.count)
    for call in calls {
      noteStranger(call, bytes, &facts)
      guard let id = call.id, index.kind(id) == .string else { continue }
      facts.callIDs.append { index.decode(id, of: bytes, into: &$0) }
    }
    facts.forbidsCalls = toolChoice == .none
    facts.mayDemandCall = mayDemandCall
    facts.choiceCount = choiceCount
    facts.hasStop = hasStop(bytes)
    facts.continuesAnswer = continuesAnswer(bytes)
    if let options = index.value("stream_options", in: index.root, of: bytes),
      let asks = index.value("include_usage", in: options, of: bytes)
    {
      facts.wantsUsage = index.bool(asks) == true
    }
    return facts
  }

  private func noteStranger(_ call: Call, _ bytes: borrowing Span<UInt8>, _ facts: inout RequestFacts) {
    guard facts.tools.count > 0, let name = call.name, index.kind(name) == .string else { return }
    guard index.hasEscapes(name) || !facts.tools.names.contains(bytes.extracting(index.inside(name))) else { return }
    guard let text = index.decodedID(name, of: bytes), text.count <= Self.longestName, !facts.tools.names.contains(text.span),
      !facts.strangers.contains(text.span)
    else { return }
    facts.strangers.append(text.span)
  }

  /// No tool is called longer.
  private static let longestName = 256

  private var mayDemandCall: Bool {
    switch toolChoice {
    case .missing, .auto, .required: true
    case .none, .function, .other: false
    }
  }

  /// There is a word to stop at. Some clients send an empty one with every request.
  private func hasStop(_ bytes: borrowing Span<UInt8>) -> Bool {
    guard let stop = index.value("stop", in: index.root, of: bytes) else { return false }
    switch index.kind(stop) {
    case .string: return !index.inside(stop).isEmpty
    case .array: return index.count(stop) > 0
    default: return false
    }
  }

  private func continuesAnswer(_ bytes: borrowing Span<UInt8>) -> Bool {
    guard let last = messages.last, last.role == .assistant else { return false }
    func says(_ key: StaticString, _ node: Node) -> Bool {
      index.value(key, in: node, of: bytes).flatMap { index.bool($0) } == true
    }
    return says("partial", last.node) || says("prefix", last.node) || says("continue_final_message", index.root)
  }

  func toolSet(in bytes: borrowing Span<UInt8>, caches: SchemaCaches) -> ToolSet {
    var names = ByteStrings()
    var schemas = ByteStrings()
    names.reserveCapacity(tools.count)
    for tool in tools {
      names.append { index.decode(tool.name, of: bytes, into: &$0) }
      if let parameters = tool.parameters {
        schemas.append(bytes.extracting(index.range(parameters)))
      } else {
        schemas.append([UInt8]().span)
      }
    }
    return ToolSet(names: names, schemas: schemas, builtins: tools.map(\.isBuiltin), caches: caches)
  }
}
