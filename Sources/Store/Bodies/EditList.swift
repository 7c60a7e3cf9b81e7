// SPDX-License-Identifier: Apache-2.0
import JSON

/// Edits as one body: JSON lines, `[pointer,before,after,rule]`. The ids in a growing conversation are edited again on every
/// turn, so that the list, too, repeats its predecessor's beginning; chunks take care of it.
enum EditList {
  static func encode(_ edits: [StoredEdit]) -> (bytes: [UInt8], boundaries: [Int]) {
    var bytes: [UInt8] = []
    var boundaries: [Int] = []
    for edit in edits {
      boundaries.append(bytes.count)
      var writer = JSONWriter()
      writer.beginArray()
      writer.write(string: edit.pointer)
      writer.write(string: edit.before)
      writer.write(string: edit.after)
      writer.write(string: edit.rule)
      writer.endArray()
      bytes += writer.finish()
      bytes.append(0x0A)
    }
    return (bytes, boundaries)
  }

  /// - Throws: `StoreFailure.corrupt`.
  static func decode(_ bytes: [UInt8]) throws(StoreFailure) -> [StoredEdit] {
    var edits: [StoredEdit] = []
    for line in bytes.split(separator: 0x0A) {
      guard let parts = (try? JSONValue(parsing: Array(line)))?.array?.compactMap(\.string), parts.count == 4 else {
        throw StoreFailure(.corrupt, "a list of edits")
      }
      edits.append(StoredEdit(pointer: parts[0], before: parts[1], after: parts[2], rule: parts[3]))
    }
    return edits
  }
}
