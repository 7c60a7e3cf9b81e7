// SPDX-License-Identifier: Apache-2.0
import JSON

/// What has to be known of a request to judge its response. It outlives the request's bytes.
package struct RequestFacts: Equatable, Sendable {
  /// Every tool that a model may call: those at the top, those that K3 takes from system messages, builtin functions.
  package var tools: ToolSet
  /// The ids of the calls in the history, as the client sent them.
  package var callIDs: ByteStrings
  /// `tool_choice` is `none`: no call is wanted.
  package var forbidsCalls = false
  /// How many choices were asked for.
  package var choiceCount = 1
  /// Markup of calls stands in what the model reads, see `ChatRequest.quotesMarkup`: what looks like a lost call may be a quotation.
  package var quotesMarkup = false
  /// A stream is to end with usage: `stream_options.include_usage`.
  package var wantsUsage = false

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
      guard let id = call.id, index.kind(id) == .string else { continue }
      facts.callIDs.append { index.decode(id, of: bytes, into: &$0) }
    }
    facts.forbidsCalls = toolChoice == .none
    facts.choiceCount = choiceCount
    if let options = index.value("stream_options", in: index.root, of: bytes),
      let asks = index.value("include_usage", in: options, of: bytes)
    {
      facts.wantsUsage = index.bool(asks) == true
    }
    return facts
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
