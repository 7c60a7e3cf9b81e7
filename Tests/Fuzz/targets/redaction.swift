// SPDX-License-Identifier: Apache-2.0
import JSON
@testable import Store

// A secret and a path, a line each, then a body: what is taken out is gone, a document stays one, and there is nothing left to take out.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
  let input = unsafe Array(UnsafeBufferPointer(start: data, count: size))
  let parts = input.split(separator: 0x0A, maxSplits: 2, omittingEmptySubsequences: false).map(Array.init)
  guard parts.count == 3 else { return 0 }
  let (secret, path, body) = (String(decoding: parts[0], as: UTF8.self), String(decoding: parts[1], as: UTF8.self), parts[2])
  var message = StoredMessage(body: body, boundaries: [body.count / 2, body.count])
  if let path = try? JSONPath(path) {
    demand((try? JSONPath(path.description)) == path, "a path reads as it is written")
    var redactor = BodyRedactor(paths: [path])
    _ = redactor.redact(&message)
    let once = message
    _ = redactor.redact(&message)
    demand(message.body == once.body, "nothing is left to take out")
    if (try? JSONValue(parsing: body)) != nil {
      demand((try? JSONValue(parsing: message.body)) != nil, "a document stays one")
    }
  }
  let search = SecretSearch([secret])
  let isDocument = (try? JSONValue(parsing: message.body)) != nil
  search.clear(&message)
  // What has none of JSON's own letters stands in its strings only, whole, in half or in pieces.
  // Where the work would be too much, all of it would go.
  if isDocument, secret.utf8.count * body.count < 8192, secret.utf8.allSatisfy({ (0x61...0x7A).contains($0 | 0x20) }) {
    demand((try? JSONValue(parsing: message.body)) != nil, "a document stays one without its secrets")
  }
  demand(message.boundaries.allSatisfy { (0...message.body.count).contains($0) }, "boundaries lie inside")
  // A mark between two halves may make the whole again only where the secret has the mark in it.
  if !search.isEmpty, !Redaction.mark.contains(where: { secret.contains($0) }) {
    demand(!contains(message.body, Array(secret.utf8)), "what is secret is gone")
  }
  return 0
}

private func contains(_ body: [UInt8], _ secret: [UInt8]) -> Bool {
  guard body.count >= secret.count else { return false }
  return (0...body.count - secret.count).contains { body[$0..<$0 + secret.count].elementsEqual(secret) }
}
