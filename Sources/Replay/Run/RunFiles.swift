// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The files of a run. None that it writes may be one that it reads, under whatever name: that one would be emptied. And none is
/// written twice.
enum RunFiles {
  /// Throws for files that would be lost; to be called before any is opened.
  static func check(_ vendors: [ReplayOptions]) throws(ReplayProblem) {
    let inputs = Self.inputs(of: vendors)
    var taken: Set<FileIdentity> = []
    for options in vendors {
      for pass in 1...options.repeats {
        for (path, option) in outputs(of: options, pass: pass) {
          let identity = FileIdentity(path)
          if let input = inputs[identity] {
            let name = input.path == path ? "" : "\(input.path), "
            throw ReplayProblem("the run would write to \(path), which is \(name)\(input.role): name another file with \(option)")
          }
          guard taken.insert(identity).inserted else {
            throw ReplayProblem(
              vendors.count > 1
                ? "two vendors would write to \(path): give each --vendor a name of its own"
                : "the run would write to \(path) twice: give --output and --summary names of their own")
          }
        }
      }
    }
  }

  /// What a run writes in one pass, and the option that says where.
  private static func outputs(of options: ReplayOptions, pass: Int) -> [(path: String, option: String)] {
    let files = options.files(pass: pass)
    return [
      (path: files.output, option: "--output"), (path: files.summary, option: "--summary"),
      (path: ResultFile.sortingFile(of: files.output).path, option: "--output"),
    ]
  }

  private struct Input {
    let path: String
    let role: String
  }

  /// What is not there is no input: reading it fails before anything is written. Devices and pipes lose nothing.
  private static func inputs(of vendors: [ReplayOptions]) -> [FileIdentity: Input] {
    guard let first = vendors.first else { return [:] }
    var inputs: [FileIdentity: Input] = [:]
    for path in RequestSource.files(path: first.file) { inputs[FileIdentity(path)] = Input(path: path, role: "the set to replay") }
    if let path = first.reference { inputs[FileIdentity(path)] = Input(path: path, role: "the reference") }
    return inputs.filter { $0.key.isFile }
  }
}
