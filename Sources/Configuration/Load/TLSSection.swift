// SPDX-License-Identifier: Apache-2.0
import TLS

/// The section `tls:`, before its files are read; flags and variables may name others.
struct TLSSection {
  /// Nil where the file has no such section.
  var place: Place?
  /// Paths that the working directory understands.
  var certificate: Located<String>?
  var key: Located<String>?
  var clientAuthorities: Located<String>?
  var minimumVersion: TLSVersion?
  /// Nil where nothing is said.
  var console: Bool?
  /// Whether a file is named that cannot be used, so that its absence is no news.
  var hasProblems = false

  init() {}

  init(reading value: YAMLValue, files: RuleFiles) {
    let problems = value.context.log.problems.count
    guard var section = value.map() else {
      hasProblems = true
      return
    }
    place = value.place
    let path: (String) throws(Complaint) -> String = { text throws(Complaint) in files.name(try Self.parsePath(text)) }
    certificate = section.parsed("certificate", path)
    key = section.parsed("key", path)
    let open = Complaint("names no file", "name a PEM file, or remove the key: then no client is asked for a certificate")
    clientAuthorities = section.restriction("client_ca", ifEmpty: open, path)
    minimumVersion = section.parsed("minimum_version", Words.parser(of: TLSVersion.self))?.value
    console = section.parsed("console", Words.yesOrNo)?.value
    section.finish()
    hasProblems = value.context.log.problems.count > problems
  }

  /// The complaint does not quote what may be the key itself.
  static func parsePath(_ text: String) throws(Complaint) -> String {
    guard !text.contains("-----BEGIN") else { throw Complaint("is the text of a PEM file", "write it to a file, and name that here") }
    return try Words.text(text)
  }
}
