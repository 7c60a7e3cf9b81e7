// SPDX-License-Identifier: Apache-2.0
import JSON

extension ResponseSummary {
  /// The answer with everything mended that `rules` allow; verdicts and findings are those of the mended answer.
  ///
  /// Deterministic, and done with it: repairing a repaired answer changes nothing. Arguments and rescued calls are changed only
  /// where the call is valid then; ids, shape and finish reason are mended whatever the call is worth. A choice that
  /// `tool_choice: none` forbids calls in is not given any. Nothing is mended beside a call that was too long to be kept, or an
  /// event that was too long to be looked at: it may say the rest of any call.
  package func repaired(
    with rules: Set<RepairRule>, request: RequestFacts, ids: ResponseIDs
  ) -> (summary: ResponseSummary, repairs: [Repair]) {
    guard failure == nil || !choices.isEmpty, keepsAllCalls, oversized == 0 else { return (self, []) }
    var repair = ResponseRepair(summary: self, rules: rules, request: request)
    for place in choices.indices { repair.mendCalls(of: place) }
    repair.summary.judge(against: request)
    repair.mendFinishes()
    repair.mendIDs(ids)
    guard !repair.repairs.isEmpty else { return (self, []) }
    repair.summary.findings = repair.summary.inspected(against: request)
    return (repair.summary, repair.repairs)
  }
}

/// One answer on its way to the mended one.
private struct ResponseRepair {
  var summary: ResponseSummary
  var repairs: [Repair] = []
  private let rules: Set<RepairRule>
  private let request: RequestFacts
  /// What mending arguments may still cost, see `Coercion`.
  private var work = Coercion.workLimit

  init(summary: ResponseSummary, rules: Set<RepairRule>, request: RequestFacts) {
    self.summary = summary
    self.rules = rules
    self.request = request
  }

  mutating func mendCalls(of place: Int) {
    let (request, rules) = (request, rules)
    let reason = summary.choices[place].finishReason
    let last = summary.choices[place].calls.indices.last
    for number in summary.choices[place].calls.indices {
      var call = summary.choices[place].calls[number]
      let isCut = number == last && (reason == nil || reason == "length")
      for change in Self.mend(&call, request, rules, isCut: isCut, &work) ?? [] { record(change, place, number) }
      if rules.contains(.callShape) {
        for change in mendShape(of: &call, at: number) {
          record(Change(rule: .callShape, field: change.field, before: change.before, after: change.after), place, number)
        }
      }
      summary.choices[place].calls[number] = call
    }
    guard rules.contains(.leakedCalls), !request.forbidsCalls, !request.quotesMarkup, let leak = summary.choices[place].leak else { return }
    // Behind those of its own, so that the two are compared as both are then.
    var work = work
    let rescued = summary.choices[place].rescue(tools: request.tools.names) { Self.mend(&$0, request, rules, isCut: false, &work) }
    self.work = work
    guard let rescued else { return }
    record(.leakedCalls, place, field: "content", leak, summary.choices[place].rescue)
    let first = summary.choices[place].calls.count - rescued.count
    for (number, changes) in rescued.enumerated() {
      for change in changes { record(change, place, first + number) }
    }
  }

  mutating func mendFinishes() {
    guard rules.contains(.finishReason), !request.forbidsCalls else { return }
    for place in summary.choices.indices {
      guard let reason = mendedFinish(of: summary.choices[place], in: summary) else { continue }
      let before = Array((summary.choices[place].finishReason ?? "").utf8)
      summary.choices[place].finishReason = reason
      repairs.append(
        Repair(
          .finishReason, choice: summary.choices[place].index, field: "finish_reason", before: before, after: Array(reason.utf8)))
    }
  }

  mutating func mendIDs(_ ids: ResponseIDs) {
    // Ids of the client's choice are no repair.
    if case .vendor = ids, !rules.contains(.callID) { return }
    var mint = ResponseIDMint(ids, history: request.callIDs)
    for place in summary.choices.indices {
      for (number, call) in summary.choices[place].calls.enumerated() where !call.name.span.isBlank {
        let id = mint.next(id: call.id, name: call.name)
        guard id != call.id else { continue }
        summary.choices[place].calls[number].id = id
        record(Change(rule: .callID, field: "id", before: call.id, after: id), place, number)
      }
    }
  }

  private mutating func record(
    _ rule: RepairRule, _ place: Int, field: String, _ leak: MarkupLeak, _ rescue: Rescue?
  ) {
    repairs.append(
      Repair(
        rule, choice: summary.choices[place].index, field: leak.isInReasoning ? "reasoning" : field, before: leak.text,
        after: rescue?.remainder ?? []))
  }

  private mutating func record(_ change: Change, _ place: Int, _ call: Int) {
    repairs.append(
      Repair(
        change.rule, choice: summary.choices[place].index, call: call, field: change.field, before: change.before,
        after: change.after))
  }
}

extension ResponseRepair {
  struct Change {
    var rule: RepairRule
    var field: String
    var before: [UInt8]
    var after: [UInt8]
  }

  /// Mends a call's name, its arguments and their form: all that it takes to make the call valid, or nothing. Nil if it is not valid.
  ///
  /// - Parameter isCut: the answer may have ended within the arguments.
  static func mend(
    _ call: inout AssembledCall, _ request: RequestFacts, _ rules: Set<RepairRule>, isCut: Bool, _ work: inout Int
  ) -> [Change]? {
    let tools = request.tools
    var mended = call
    var changes: [Change] = []
    if rules.contains(.toolName), let name = mendedName(of: call, among: tools.names, strangers: request.strangers) {
      changes.append(Change(rule: .toolName, field: "name", before: call.name, after: name))
      mended.name = name
      mended.nameFragments = NameFragments()
    }
    guard !call.quirks.contains(.tooLong), let tool = tools.index(of: mended.name.span) else { return nil }
    var repairer = ArgumentRepairer(tool: tool, of: tools, rules: rules, isCut: isCut, work: work)
    let found = repairer.mended(call.arguments)
    let isAccepted = found != nil || repairer.accepts(call.arguments)
    work = repairer.work
    guard isAccepted else { return nil }
    if let arguments = found {
      for step in arguments.steps {
        changes.append(Change(rule: step.rule, field: "arguments" + step.path, before: step.before, after: step.after))
      }
      mended.arguments = arguments.text
      if mended.argumentsForm == .missing { mended.argumentsForm = .text }
    }
    if rules.contains(.argumentsForm), mended.argumentsForm == .value {
      var writer = JSONWriter()
      writer.write(string: mended.arguments)
      changes.append(Change(rule: .argumentsForm, field: "arguments", before: mended.arguments, after: writer.finish()))
      mended.argumentsForm = .text
    }
    call = mended
    return changes
  }
}
