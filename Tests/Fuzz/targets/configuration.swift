// SPDX-License-Identifier: Apache-2.0
import Configuration

// Any text as `belay.yaml`: it loads, or its problems are in it, and say so twice in the same words.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
  let text = unsafe String(decoding: UnsafeBufferPointer(start: data, count: size), as: UTF8.self)
  let lines = text.unicodeScalars.count { ["\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"].contains($0) } + 1
  let problems = Fuzz.problems(text)
  demand(problems.allSatisfy { $0.line.map { (1...lines).contains($0) } ?? true }, "a problem stands in the file")
  demand(problems == Fuzz.problems(text), "in the same words")
  return 0
}

enum Fuzz {
  static func problems(_ text: String) -> [ConfigurationProblem] {
    do {
      return try BelayConfiguration.load(text, environment: ["KEY": "sk-0123456789", "EMPTY": ""]).warnings
    } catch {
      return error.problems
    }
  }
}
