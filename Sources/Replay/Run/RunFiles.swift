// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The files of a run. None that it writes may be one that it reads, under whatever name: that one would be emptied. And none is
/// written twice.
enum RunFiles {
  /// Throws for files that would be lost; to be called before any is opened.
  static func check(_ vendors: [ReplayOptions]) throws(ReplayProblem) {
    let inputs = Self.inputs(of: vendors)
    var taken: Set<Identity> = []
    for options in vendors {
      for pass in 1...options.repeats {
        for (path, option) in outputs(of: options, pass: pass) {
          let identity = Identity(path)
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
  private static func inputs(of vendors: [ReplayOptions]) -> [Identity: Input] {
    guard let first = vendors.first else { return [:] }
    var inputs: [Identity: Input] = [:]
    for path in RequestSource.files(path: first.file) { inputs[Identity(path)] = Input(path: path, role: "the set to replay") }
    if let path = first.reference { inputs[Identity(path)] = Input(path: path, role: "the reference") }
    return inputs.filter { $0.key.isFile }
  }

  /// A file, whichever of its names is used: links lead to it, and `./` stands before it.
  private enum Identity: Hashable {
    case file(device: UInt64, inode: UInt64)
    /// A file yet to be made, in a folder that is there.
    case new(device: UInt64, inode: UInt64, name: String)
    /// A device, a pipe, a folder, or nowhere.
    case other(path: String)

    init(_ path: String) {
      var status = stat()
      if unsafe stat(path, &status) == 0 {
        let isFile = status.st_mode & S_IFMT == S_IFREG
        self = isFile ? .file(device: UInt64(status.st_dev), inode: UInt64(status.st_ino)) : .other(path: path)
        return
      }
      let nameStart = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
      let folder = nameStart == path.startIndex ? "." : String(path[..<nameStart])
      guard unsafe stat(folder, &status) == 0 else {
        self = .other(path: path)
        return
      }
      self = .new(device: UInt64(status.st_dev), inode: UInt64(status.st_ino), name: String(path[nameStart...]))
    }

    var isFile: Bool { if case .file = self { true } else { false } }
  }
}
