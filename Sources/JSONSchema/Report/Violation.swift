// SPDX-License-Identifier: Apache-2.0

/// One thing that is wrong with an instance.
public struct Violation: Sendable, Equatable {
  /// Where in the instance, as a JSON pointer; "" is the whole. From `pathLimit` bytes on it is cut, with an ellipsis.
  public var instancePath: String
  /// The bytes of the value that is wrong, in the instance as received.
  public var range: Range<Int>
  /// Where in the schema the keyword stands: a JSON pointer, behind the address of the document when it is not the schema's own.
  public var schemaPath: String
  /// "type", "required", ...; "false" for a schema that allows nothing.
  public var keyword: String
  /// What was there, shortened.
  public var got: String
  /// What should have been there.
  public var want: String
  /// One line for a developer, with the place in front.
  public var message: String

  /// A path of so many bytes may have been cut; a shorter one never is.
  public static let pathLimit = 4 << 10

  /// Bytes of its texts.
  public var textBytes: Int {
    instancePath.utf8.count + schemaPath.utf8.count + keyword.utf8.count + got.utf8.count + want.utf8.count + message.utf8.count
  }
}
