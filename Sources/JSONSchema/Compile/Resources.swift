// SPDX-License-Identifier: Apache-2.0

/// Where `$id`, `$anchor` and the rest put names on schemas (2020-12, section 8.2), over all documents read so far.
struct Resources {
  struct Document {
    var row: Int32
    var uri: String
    var end: Int32
  }

  /// A schema with an address of its own, and the names within it.
  struct Resource {
    var row: Int32
    var base: URIReference
    var draft: Draft
    var anchors: [[UInt8]: Int32] = [:]
    var dynamicAnchors: [[UInt8]: Int32] = [:]
    var hasRecursiveAnchor = false
    /// Keywords that its custom metaschema leaves out.
    var vocabulary = VocabularySet.all
  }

  var documents: [Document] = []
  var all: [Resource] = []
  var byAddress: [[UInt8]: Int32] = [:]
  /// The resource of each row of the source that is a schema in a known place; -1 elsewhere.
  var owner: [Int32] = []
}

/// The vocabularies in force.
struct VocabularySet: OptionSet {
  let rawValue: UInt8
  static let applicator = VocabularySet(rawValue: 1)
  static let unevaluated = VocabularySet(rawValue: 2)
  static let validation = VocabularySet(rawValue: 4)
  static let formatAssertion = VocabularySet(rawValue: 8)
  static let all: VocabularySet = [.applicator, .unevaluated, .validation]

  func allows(_ vocabulary: Keyword.Vocabulary) -> Bool {
    switch vocabulary {
    case .applicator: contains(.applicator)
    case .unevaluated: contains(.unevaluated)
    case .validation: contains(.validation)
    case .core, .format, .content: true
    }
  }
}
