// SPDX-License-Identifier: Apache-2.0
import Yams

/// What is kept of exchanges, and for how long.
package struct Recording: Equatable, Sendable {
  /// Which exchanges keep their headers and bodies.
  package enum Bodies: String, CaseIterable, Sendable {
    case all
    /// Those that ended badly, or have something to look at.
    case failures
    case none
  }

  /// The store's file; see ``StorePlace``.
  package var path: String
  package var bodies = Bodies.all
  /// The oldest exchanges go when they are older, or when the file is larger in bytes.
  package var maxAge: Duration = .seconds(7 * 24 * 3600)
  package var maxSize = 2 << 30
  /// What is not kept, beside keys: names of headers, and JSON paths into bodies.
  package var redactedHeaders: [String] = []
  package var redactedPaths: [String] = []

  package init(path: String) { self.path = path }

  /// Whether a conversation may lie in the store as it is: nothing is to be left out but keys.
  package var keepsEverything: Bool { bodies == .all && redactedPaths.isEmpty }
}

extension YAMLValue {
  /// Says `off` in place of a section.
  fileprivate var isOff: Bool { node.scalar?.string == "off" }
}

/// The section `store:`; nil where the file says nothing of a setting.
struct StoreSection {
  var isOff = false
  var path: String?
  var bodies: Recording.Bodies?
  var maxAge: Duration?
  var maxSize: Int?
  var redactedHeaders: [String] = []
  var redactedPaths: [String] = []

  init() {}

  init(reading value: YAMLValue) {
    if value.isOff {
      isOff = true
      return
    }
    guard var section = value.map() else { return }
    path = section.parsed("path", Self.parsePath)?.value
    bodies = section.parsed("bodies", Words.parser(of: Recording.Bodies.self))?.value
    maxAge = section.parsed("max_age", Duration.parser(within: .seconds(60)...(.seconds(10 * 365 * 24 * 3600))))?.value
    maxSize = section.parsed("max_size", ByteSize.parser(within: 1 << 20...1 << 50))?.value
    redactedHeaders = section.list("redact_headers").compactMap { $0.parsed(Self.parseText)?.value }
    redactedPaths = section.list("redact_paths").compactMap { $0.parsed(Self.parseText)?.value }
    section.finish()
  }

  static func parsePath(_ text: String) throws(Complaint) -> String {
    guard !text.isEmpty, !text.hasSuffix("/") else { throw Complaint("is no file", "name one, such as /var/lib/belay/belay.sqlite") }
    return text
  }

  private static func parseText(_ text: String) throws(Complaint) -> String {
    guard !text.isEmpty else { throw Complaint("is empty", "remove it, or write a name") }
    return text
  }

  /// Nil: nothing is kept. A flag wins over the environment, over the file.
  func recording(option: String?, environment: [String: String]) -> Recording? {
    let given = option ?? environment[StorePlace.variable].flatMap { $0.isEmpty ? nil : $0 }
    if given == "off" || given == nil && isOff { return nil }
    var recording = Recording(path: StorePlace.path(option: option, configured: path, environment: environment))
    if let bodies { recording.bodies = bodies }
    if let maxAge { recording.maxAge = maxAge }
    if let maxSize { recording.maxSize = maxSize }
    recording.redactedHeaders = redactedHeaders
    recording.redactedPaths = redactedPaths
    return recording
  }
}
