// SPDX-License-Identifier: Apache-2.0
import JSON
import JSONSchema

/// Whether an enabled repair might still mend a call that died while it streamed.
package enum Mendability: Equatable, Sendable {
  /// Whatever comes, the call will not be mended: the vendor can be stopped.
  case no
  /// Not known before more bytes.
  case wait
}

/// Whether `ResponseSummary.repaired` may yet mend a call. Never `no` for a call that it then mends; `wait` as seldom as can be
/// told from what is there: what is wrong must be of the kind that a rule in `rules` mends, or stand where more bytes can change it.
///
/// - Parameters:
///   - arguments: of the call, all that has come so far. A call may be asked about again when more has come.
///   - tool: the declared tool that is meant, as mended by then; nil when that is not known yet.
package func mendability(
  of arguments: [UInt8], death: CallDeath, tool: Int?, request: RequestFacts, rules: Set<RepairRule>
) -> Mendability {
  if death.reason == .unknownTool { return .no }
  let outlook: Bool
  if let tool {
    outlook = ArgumentOutlook(rules: rules, tools: request.tools, tool: tool).isHopeful(arguments, deadAt: death.offset)
  } else {
    outlook = ArgumentOutlook(rules: rules, tools: request.tools, tool: nil).isHopeful(arguments, deadAt: nil)
  }
  return outlook ? .wait : .no
}

/// What can become of arguments that are still being written.
struct ArgumentOutlook {
  let rules: Set<RepairRule>
  let tools: ToolSet
  /// Nil: whatever can be JSON is hopeful.
  let tool: Int?

  /// - Parameter death: the byte that killed the arguments, if known.
  func isHopeful(_ text: [UInt8], deadAt death: Int?) -> Bool {
    if rules.contains(.doubleEncoding), text.first(where: { !$0.isWhiteSpace }) == UInt8(ascii: "\"") {
      return isHopefulString(text)
    }
    return isHopefulObject(text, deadAt: death)
  }

  /// A string that may come to hold the arguments.
  private func isHopefulString(_ text: [UInt8]) -> Bool {
    var scanner = JSONScanner()
    do {
      if let token = try scanner.next(in: text.span, isComplete: false) {
        return text[token.end...].allSatisfy(\.isWhiteSpace) && isMended(text)
      }
    } catch {
      return false
    }
    guard let open = scanner.unfinished else { return false }
    var decoded: [UInt8] = []
    JSONText.decode(text.span, in: (open.start + 1)..<open.end, into: &decoded)
    // What nobody decodes in the end.
    guard decoded.span.markCount <= CallAssembler.valueLimit else { return false }
    return isHopefulObject(decoded, deadAt: nil)
  }

  private func isHopefulObject(_ text: [UInt8], deadAt death: Int?) -> Bool {
    let found = ArgumentObjects(in: text)
    let hasJunk = rules.contains(.surroundingJunk)
    if text[found.leading].contains(where: { !$0.isWhiteSpace }) || found.objects.count > 1 {
      guard hasJunk, SurroundingJunk.isJunk(before: text[found.leading]) else { return false }
    }
    guard let last = found.objects.last else { return true }
    let object = Array(text[last])
    let trailing = text[found.trailing]
    if trailing.contains(where: { !$0.isWhiteSpace }) {
      return hasJunk && SurroundingJunk.isJunk(behind: trailing) && isMended(text)
    }
    if !found.isOpen, isMended(text) { return true }
    // A whole object that no rule mends may still be the snapshot of a better one.
    if !found.isOpen, !hasJunk { return false }
    let outlook = ObjectOutlook(object, rules: rules, tools: tools, tool: tool)
    guard let outlook else { return false }
    if found.objects.count > 1 {
      guard let closed = snapshotValue(outlook.closed),
        SurroundingJunk.isEachSnapshot(
          found.objects.dropLast(), in: text, { isSnapshot($0, of: closed) || isSnapshot(closed, of: $0) })
      else { return false }
    }
    return outlook.isHopeful(deadAt: last.lowerBound == 0 ? death : nil)
  }

  /// Whether the arguments would do if this were all.
  private func isMended(_ text: [UInt8]) -> Bool {
    guard let tool else { return true }
    var repairer = ArgumentRepairer(tool: tool, of: tools, rules: rules, work: Self.work(for: text))
    return repairer.accepts(text) || repairer.mended(text) != nil || repairer.isUndecided
  }

  /// What one look may cost, see `Coercion`: a call that grows is looked at again and again. What cannot be told is hopeful.
  static func work(for text: [UInt8]) -> Int { Coercion.workLimit / 64 + 2 * text.count }
}
