// SPDX-License-Identifier: Apache-2.0
import JSON
@testable import Replay

// A byte that says what the rest is, and where to cut it: rows of results, a set of requests, a gzip file, or a vendor's stream. What is
// read does not depend on the cuts, and what is written of it can be read again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
  let input = unsafe Array(UnsafeBufferPointer(start: data, count: size))
  let choice = input.first ?? 0
  let bytes = Array(input.dropFirst())
  let steps = [max(1, bytes.count), 1, Int(choice >> 2) + 2]
  switch choice & 3 {
  case 0, 1:
    let read = steps.map { lines(of: bytes, step: $0) }
    demand(read.allSatisfy { $0 == read[0] }, "the cuts do not matter")
    for line in read[0] { if choice & 3 == 0 { row(line) } else { request(line) } }
  case 2:
    let read = steps.map { inflated(bytes, step: $0) }
    demand(read.allSatisfy { $0 == read[0] }, "the cuts do not matter")
  default:
    let read = steps.map { response(bytes, step: $0) }
    demand(read.allSatisfy { $0 == read[0] }, "the cuts do not matter")
  }
  return 0
}

private func pieces(_ bytes: [UInt8], _ step: Int) -> [[UInt8]] {
  stride(from: 0, to: bytes.count, by: step).map { Array(bytes[$0..<min(bytes.count, $0 + step)]) }
}

private func lines(of bytes: [UInt8], step: Int) -> [Line] {
  var splitter = LineSplitter()
  var lines: [Line] = []
  for piece in pieces(bytes, step) {
    splitter.append(piece)
    while let line = splitter.next() { lines.append(line) }
  }
  if let last = splitter.finish() { lines.append(last) }
  return lines
}

private func row(_ line: Line) {
  guard let bytes = line.bytes, let row = try? JSONValue(parsing: bytes, dialect: .python) else { return }
  for matching in Matching.allCases { _ = ResultEntry(row: row, matching: matching) }
  written(row)
}

private func request(_ line: Line) {
  guard let bytes = line.bytes, let request = try? Preparation(model: "m").request(line: bytes, number: line.number) else { return }
  demand(request.dataIndex == line.number, "a request is known by its line")
  written(request.value)
}

/// Python's way of writing is stable, and its hash with it.
private func written(_ value: JSONValue) {
  let text = PythonJSON.dumps(value)
  guard let again = try? JSONValue(parsing: text, dialect: .python) else { fatalError("what is written can be read") }
  demand(PythonJSON.dumps(again) == text, "and is the same")
}

private func inflated(_ bytes: [UInt8], step: Int) -> [UInt8]? {
  guard let inflater = try? Inflater(takesZlib: true) else { return nil }
  var output: [UInt8] = []
  for piece in pieces(bytes, step) {
    inflater.append(piece)
    do {
      while let part = try inflater.next() { output += part }
    } catch {
      return nil
    }
  }
  return output
}

private func response(_ bytes: [UInt8], step: Int) -> String {
  var assembly = StreamAssembly()
  do {
    for piece in pieces(bytes, step) { try assembly.feed(piece) }
  } catch {
    return "\(error.type): \(error.message)"
  }
  return assembly.response(model: "m").description
}
