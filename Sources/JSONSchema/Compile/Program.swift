// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// A compiled schema: flat arrays that refer to one another by index, so that validating follows no pointers and counts no
/// references.
final class Program: Sendable {
  let profile: Profile
  let limits: SchemaLimits
  /// The schema's text and that of every document it refers to, in one table.
  let source: Document
  let schemas: [CompiledSchema]
  let operations: [Operation]
  /// Indices of schemas, or rows of `source`, that operations refer to by range.
  let lists: [Int32]
  let objects: [ObjectRule]
  let properties: [PropertyRule]
  /// Hash tables of properties; -1 is an empty slot.
  let slots: [Int32]
  let numbers: [NumberRule]
  let patterns: [Regex]
  let formats: [Format]
  let dynamicReferences: [DynamicReference]
  let root: Int32
  /// Whether any schema asks for what others have evaluated.
  let tracksEvaluation: Bool
  /// Whether dynamic scope matters.
  let tracksScope: Bool
  /// Whether validation can break (a dangling reference, say), so that later keywords matter after a violation.
  let canBreak: Bool
  /// Rows of `source` where a document begins, ascending, and their addresses.
  let documents: [(row: Int32, uri: String)]
  /// About how many bytes of memory it takes, compiled patterns included.
  let footprint: Int
  private let knownPlaces = Mutex<RowPlaces?>(nil)

  init(_ builder: borrowing Compiler, root: Int32) {
    profile = builder.options.profile
    limits = builder.options.limits
    source = builder.source
    schemas = builder.schemas
    operations = builder.operations
    lists = builder.lists
    objects = builder.objects
    properties = builder.properties
    slots = builder.slots
    numbers = builder.numbers
    patterns = builder.patterns
    formats = builder.formats
    dynamicReferences = builder.dynamicReferences
    self.root = root
    tracksEvaluation = builder.tracksEvaluation
    tracksScope = builder.tracksScope
    canBreak = builder.canBreak
    documents = builder.resources.documents.map { ($0.row, $0.uri) }
    let shared = builder.candidates.values.reduce(0) { $0 + 16 * $1.capacity }
    let text = source.storage.capacity + source.reader.decoded.capacity + Program.bytes(source.nodes)
    let rules = Program.bytes(schemas) + Program.bytes(operations) + Program.bytes(objects) + Program.bytes(properties)
    let tables = 4 * (lists.capacity + slots.capacity) + Program.bytes(numbers) + Program.bytes(formats)
    let references = Program.bytes(dynamicReferences) + shared + RowPlaces.bytes(for: source)
    footprint = 1_024 + text + rules + tables + references + builder.patternBytes + 64 * patterns.count
  }

  /// Where the rows of `source` stand. Made when first asked, so that to say where each of many violations is walks no large schema.
  var places: RowPlaces {
    knownPlaces.withLock { known in
      if let known { return known }
      let places = RowPlaces(source)
      known = places
      return places
    }
  }

  /// The kinds of an enumeration's values, which stand before them.
  func enumerationKinds(_ operation: Operation) -> UInt8 { UInt8(truncatingIfNeeded: lists[Int(operation.a) &- 1]) }

  private static func bytes<Element>(_ array: [Element]) -> Int { array.capacity * MemoryLayout<Element>.stride }
}

/// One schema: the kinds it allows, and operations for the rest.
struct CompiledSchema {
  /// Bits of the kinds that `type` allows.
  var types: UInt8 = 0xFF
  /// Whether numbers must be integers: `type` says "integer" and not "number".
  var integersOnly = false
  /// Draft 4 takes no number with a fraction or exponent for an integer, whatever its value.
  var literalIntegers = false
  /// Row of `type`'s value, for messages.
  var typeRow: Int32 = -1
  var start: Int32 = 0
  var end: Int32 = 0
  /// The resource it belongs to, for dynamic scope.
  var resource: Int32 = 0
  /// Row of the schema itself.
  var row: Int32

  /// What looking at it takes: itself and its keywords.
  var size: Int { 1 &+ Int(end &- start) }
}

/// One keyword's work. `kinds` says for which instances there is any.
struct Operation {
  enum Code: UInt8 {
    case never, raise, type, constant, enumeration, number, minLength, maxLength, pattern, format
    case minItems, maxItems, uniqueItems, prefixItems, items, contains
    case object, minProperties, maxProperties, propertyNames, dependentRequired, dependentSchemas
    case allOf, anyOf, oneOf, not, conditional, reference, dynamicReference
    case unevaluatedItems, unevaluatedProperties
  }
  var code: Code
  var kinds: UInt8
  var a: Int32 = 0
  var b: Int32 = 0
  /// Row of the keyword's value.
  var row: Int32
}

/// `properties`, `patternProperties`, `additionalProperties` and `required` of one schema: one walk over the members.
struct ObjectRule {
  var firstProperty: Int32 = 0
  var propertyCount: Int32 = 0
  var firstSlot: Int32 = 0
  var slotMask: Int32 = -1
  /// In `lists`: pairs of pattern (or -1, which raises) and schema.
  var firstPattern: Int32 = 0
  var patternCount: Int32 = 0
  /// Schema of the other members; -1 when they may be anything.
  var additional: Int32 = -1
  /// Python joins all patterns into one to find the other members; -1 is none, -2 one that raises.
  var joined: Int32 = -1
  var requiredCount: Int32 = 0
  var requiredRow: Int32 = -1
  var additionalRow: Int32 = -1
}

/// One name in an `ObjectRule`.
struct PropertyRule {
  var hash: UInt32
  /// The name in `source.storage`.
  var start: Int32
  var count: Int32
  /// Its schema; -1 when it may be anything.
  var schema: Int32
  /// Whether it is in `properties`, and so not additional.
  var isDeclared: Bool
  var isRequired: Bool
}

/// A bound or divisor.
struct NumberRule: Sendable {
  enum Kind: Sendable { case minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf }
  var kind: Kind
  /// The number, when it is an integer literal that fits.
  var small: Int64?
  var exact: Number
  var python: PythonNumber
}

/// `$dynamicRef` or `$recursiveRef`: where it leads, and who may take over.
struct DynamicReference: Sendable {
  var target: Int32
  /// Schemas by resource, for each that has the anchor.
  var candidates: [Int32: Int32]
}

/// Why validating could not go on. Python raises an exception there; the specification leaves it undefined.
public enum Breakage: UInt8, Sendable {
  /// A reference to nothing.
  case unresolvedReference
  /// A keyword's value, or a schema, is not of the type it has to be.
  case malformedSchema
  /// A `type` that does not exist.
  case unknownType
  /// A pattern that the dialect does not allow.
  case badPattern
  /// Arithmetic that Python refuses: a division by zero, or a number beyond all doubles.
  case arithmetic
  /// Matching a pattern took more steps than allowed.
  case matchLimit
  /// More schemas within one another than `SchemaLimits.steps`.
  case tooDeep
  /// More schemas entered, one after the other, than `SchemaLimits.work`: combinations of references can double the work at
  /// each level, and a schema comes from a client.
  case tooMuchWork
}
