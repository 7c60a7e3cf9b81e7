// SPDX-License-Identifier: Apache-2.0

/// How a schema is read.
public struct SchemaOptions: Sendable {
  public var profile: Profile
  /// The draft of a schema that does not name one it knows.
  public var defaultDraft: Draft
  /// Whether `format` decides; by default it only annotates. The Python profiles never assert it.
  public var assertsFormats: Bool
  /// Other documents that references may lead to, by address. Nothing is ever fetched.
  public var documents: [String: [UInt8]]
  public var limits: SchemaLimits
  /// Whether the schema is a bundled metaschema: it is not checked against itself, and for Python `regex` is asserted.
  var isMetaschema = false

  public init(
    profile: Profile = .specification, defaultDraft: Draft = .draft2020, assertsFormats: Bool = false,
    documents: [String: [UInt8]] = [:], limits: SchemaLimits = SchemaLimits()
  ) {
    self.profile = profile
    self.defaultDraft = defaultDraft
    self.assertsFormats = assertsFormats
    self.documents = documents
    self.limits = limits
  }
}

/// How large and how deep schemas and documents may be.
public struct SchemaLimits: Sendable, Equatable {
  /// Bytes of a schema.
  public var schemaBytes = 4 << 20
  /// Bytes of an instance.
  public var instanceBytes = 64 << 20
  /// Values of an instance, and keys. Of what has more no verdict is found.
  public var instanceValues = 1 << 20
  /// Nesting of objects and arrays, in schemas and instances.
  public var depth = 512
  /// Schemas entered within one another while one instance is validated: in nested values, combinations and references.
  /// Each takes one to two kilobytes of stack in a release build; Python gives up far earlier.
  public var steps = 768
  /// Schemas entered altogether while one instance is validated, and what takes as long; 64 more for each value of the instance
  /// and one for 16 bytes of text are always granted. A million take some 20 ms, of what is dearest 100 ms.
  public var work = 2_000_000
  /// Steps of all patterns together while one instance is validated; 64 more for each value of the instance and 8 for each
  /// byte are always granted. A million take some tens of milliseconds.
  public var matchSteps = 2_000_000
  /// Bytes of all patterns of a schema when compiled, and no more than 16 KiB and 64 for each byte of the schema.
  public var patternBytes = 1 << 20
  /// Bytes of all addresses together that `$id` and `$ref` name, and of the bases that they are in.
  public var addressBytes = 4 << 20

  public init() {}
}
