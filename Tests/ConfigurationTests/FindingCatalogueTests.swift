// SPDX-License-Identifier: Apache-2.0
import Configuration
import Inspection
import Testing

@Suite("What is known of findings")
struct FindingCatalogueTests {
  static let entries = FindingCatalogue.embedded.entries

  @Test("the embedded rules parse with no problem")
  func embedded() { #expect(EmbeddedRules.problems.map(\.description) == []) }

  @Test("every finding has one entry, and every entry is of a finding")
  func complete() {
    #expect(Set(Self.entries.map(\.kind)) == Set(FindingKind.allCases))
    #expect(Self.entries.count == FindingKind.allCases.count)
    #expect(FindingKind.allCases.allSatisfy { FindingCatalogue.embedded.entry($0)?.kind == $0 })
  }

  @Test("summary and effect are one sentence each, and a source says where it was seen", arguments: entries)
  func words(_ entry: FindingEntry) {
    for text in [entry.summary, entry.effect] {
      #expect(text.hasSuffix("."), "\(text)")
      #expect(text.first?.isUppercase == true || FindingKind.allCases.contains { text.hasPrefix($0.rawValue) } || text.hasPrefix("native"))
      #expect(!text.dropLast().replacing("functions. from", with: "").contains(". "), "\(text)")
      #expect((15...170).contains(text.count), "\(text.count): \(text)")
    }
    #expect(!entry.sources.isEmpty)
    #expect(Set(entry.repairs).count == entry.repairs.count)
  }

  @Test("a retry is the default only where the loop breaks and asking again can mend it", arguments: entries)
  func actions(_ entry: FindingEntry) {
    if entry.action == .retry { #expect(entry.severity == .fatal && entry.retries) }
    if entry.severity == .info { #expect(entry.action == .record && !entry.retries) }
    if entry.severity == .fatal && entry.retries { #expect(entry.action == .retry) }
    // What is wrong with a request is not mended by sending it again.
    let family = entry.kind.rawValue.prefix { $0 != "." }
    if ["history", "request", "schema"].contains(family) {
      #expect(!entry.retries && entry.repairs.isEmpty)
    } else {
      #expect(entry.normalizations.isEmpty)
    }
  }

  @Test("every repair and every normalization mends something")
  func used() {
    #expect(Set(Self.entries.flatMap(\.repairs)) == Set(RepairRule.allCases))
    #expect(Set(Self.entries.flatMap(\.normalizations)) == Set(VendorProfile.RequestRule.allCases))
  }

  static let names: [(name: String, count: Int)] = [
    ("call.unknown_tool", 1), ("arguments.schema", 7), ("arguments.schema.type", 1), ("history", 5), ("*.leaked_markup", 2),
    ("*", FindingKind.allCases.count), ("arguments.sch", 0), ("unknown_tool", 0), ("", 0), ("arguments.schema.", 0),
  ]

  @Test("a code, a family or a glob names findings", arguments: names)
  func matching(_ name: String, _ count: Int) {
    #expect(FindingKind.matching(name).count == count)
    #expect(FindingCatalogue.embedded.entries(named: name).count == count)
  }
}
