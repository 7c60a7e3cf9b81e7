// SPDX-License-Identifier: Apache-2.0
import JSON

// Any bytes, in both dialects: a document that is read in one go has the tokens and the error of one that arrives byte by byte,
// and what is read and written again is the same value.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
  let bytes = unsafe Array(UnsafeBufferPointer(start: data, count: size))
  for dialect in [JSONDialect.rfc8259, .python] {
    let limits = JSONLimits(depth: 64, values: 4096)
    let whole = read(bytes, JSONScanner(limits: limits, dialect: dialect), step: max(1, bytes.count))
    let drops = read(bytes, JSONScanner(limits: limits, dialect: dialect), step: 1)
    demand(whole.tokens == drops.tokens && whole.error == drops.error, "the cuts do not matter")
    var index = JSONIndex()
    do {
      try index.read(bytes.span, limits: limits, dialect: dialect)
      demand(whole.error == nil, "the index takes what the scanner takes")
    } catch {
      if case .tooMany = error.reason { continue }
      demand(error == whole.error, "the index says what the scanner says")
      continue
    }
    guard let value = try? JSONValue(parsing: bytes, limits: limits, dialect: dialect) else { continue }
    let written = JSONWriter.bytes(of: value)
    guard let again = try? JSONValue(parsing: written, dialect: dialect) else { fatalError("what is written can be read") }
    demand(JSONWriter.bytes(of: again) == written, "and is the same")
  }
  return 0
}

private func read(_ bytes: [UInt8], _ scanner: JSONScanner, step: Int) -> (tokens: [JSONToken], error: JSONError?) {
  var scanner = scanner
  var tokens: [JSONToken] = []
  var end = 0
  do throws(JSONError) {
    while true {
      end = min(bytes.count, end + step)
      let isComplete = end == bytes.count
      let part = bytes.span.extracting(first: end)
      while let token = try scanner.next(in: part, isComplete: isComplete) {
        if token.kind == .end { return (tokens, nil) }
        tokens.append(token)
      }
      if isComplete { return (tokens, nil) }
    }
  } catch {
    return (tokens, error)
  }
}
