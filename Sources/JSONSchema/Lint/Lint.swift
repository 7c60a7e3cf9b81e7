// SPDX-License-Identifier: Apache-2.0

/// Something about a schema that its author may not have meant, or that Moonshot's servers do not take.
public struct LintFinding: Sendable, Equatable {
  /// What it is about: `suspicious` holds anywhere, `mfjs` only where the Moonshot flavour of JSON Schema is wanted.
  public enum Topic: String, Sendable { case suspicious, mfjs }

  public var topic: Topic
  /// Stable and dotted, such as "mfjs.unsupported_keyword".
  public var code: String
  /// Where in the schema: a JSON pointer.
  public var path: String
  /// What is wrong, in one line.
  public var message: String
  /// What to write instead.
  public var fix: String
}

/// Looks a schema over without validating anything. Never part of a verdict.
public struct SchemaLint {
  let document: Document
  private(set) var findings: [LintFinding] = []
  private let places: RowPlaces
  var members = MemberIndex()
  /// Where each reference of the Moonshot flavour leads.
  var targets: [[UInt8]: Int?] = [:]
  /// Bytes of what was told.
  private var toldBytes = 0
  /// Findings of the last topic.
  private var told = 0

  /// Findings told of each topic. Whoever has more wrong with a schema needs no longer list.
  public static let findingLimit = 1_000
  private static let byteLimit = 1 << 20

  /// What is found, in the order of the text, at most `findingLimit` findings of each topic. A text that is not JSON has no findings here: compiling it says so.
  public static func findings(in schema: [UInt8], includingMFJS: Bool = true) -> [LintFinding] {
    guard let document = try? Document(schema, dialect: .python) else { return [] }
    var lint = SchemaLint(document: document)
    lint.suspicious(0)
    lint.deadReferences(schema)
    if includingMFJS { lint.mfjsDocument() }
    return lint.findings
  }

  private init(document: Document) {
    self.document = document
    places = RowPlaces(document)
  }

  /// The value of a member, also of a large object.
  mutating func indexedMember(_ name: ArraySlice<UInt8>, of row: Int) -> Int? { members.member(name, of: row, in: document) }

  mutating func add(
    _ topic: LintFinding.Topic, _ code: String, at row: Int, _ message: String, fix: String
  ) {
    guard findings.last?.topic != topic || (told < Self.findingLimit && toldBytes < Self.byteLimit) else { return }
    told = findings.last?.topic == topic ? told + 1 : 1
    let path = document.pointer(to: row, from: 0, places)
    let words = (message: Self.shortened(message), fix: Self.shortened(fix))
    toldBytes += path.utf8.count + words.message.utf8.count + words.fix.utf8.count
    findings.append(
      LintFinding(topic: topic, code: "\(topic.rawValue).\(code)", path: path, message: words.message, fix: words.fix))
  }

  /// Names in it may be as long as the schema.
  private static func shortened(_ text: String) -> String {
    text.utf8.count > 1 << 10 ? Document.shortened(Array(text.utf8)[...], 1 << 10) : text
  }

  /// The rows of the subschemas of one schema in known places, by the rules of all drafts at once.
  func subschemas(of row: Int) -> [Int] {
    guard document.kind(row) == .object else { return [] }
    var rows: [Int] = []
    document.forEachMember(of: row) { key, value in
      guard let keyword = Keyword.byName[document.text(key)] else { return }
      let kind = document.kind(value)
      switch keyword.info.subschemas {
      case .none: break
      case .value: rows.append(value)
      case .valueOrArray where kind != .array: rows.append(value)
      case .array, .valueOrArray: if kind == .array { document.forEachElement(of: value) { rows.append($1) } }
      case .map, .mapOfSchemas:
        if kind == .object {
          document.forEachMember(of: value) { if document.kind($1) != .array { rows.append($1) } }
        }
      }
    }
    return rows
  }
}

extension Keyword {
  /// By bytes: to hash a string that is no ASCII takes a hundred times as long.
  static let byName = Dictionary(allCases.map { (Array("\($0.info.name)".utf8), $0) }, uniquingKeysWith: { first, _ in first })
}
