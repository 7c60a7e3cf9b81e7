// SPDX-License-Identifier: Apache-2.0

/// Collects what is wrong while one configuration is read, so that all of it can be told at once.
final class ProblemLog {
  private let source: SourceText
  private lazy var limits = source.limits
  private(set) var problems: [ConfigurationProblem] = []
  /// Those of the files that this one names, in its order.
  private var others: [ProblemLog] = []

  init(_ source: SourceText) { self.source = source }

  var hasErrors: Bool { problems.contains { $0.severity == .error } || others.contains(where: \.hasErrors) }

  /// A log for another file, whose problems are told with these.
  func log(for source: SourceText) -> ProblemLog {
    let other = ProblemLog(source)
    others.append(other)
    return other
  }

  func report(_ complaint: Complaint, of name: String, at place: Place) {
    report("`\(name)` \(complaint.predicate)", complaint.advice, at: place)
  }

  func report(_ message: String, _ advice: String, at place: Place) {
    problems.append(problem(.error, message, advice, at: place))
  }

  func warn(_ message: String, _ advice: String, at place: Place) {
    problems.append(problem(.warning, message, advice, at: place))
  }

  func problem(
    _ severity: ConfigurationProblem.Severity, _ message: String, _ advice: String, at place: Place
  ) -> ConfigurationProblem {
    var position: (line: Int, column: Int)?
    var excerpt: Excerpt?
    if case .file(let line, let column, let width) = place {
      position = (line, column)
      excerpt = source.line(line).map { Excerpt(of: $0, limit: limits[line - 1], column: column, width: width) }
    }
    return ConfigurationProblem(
      severity: severity, file: place.label(in: source.name), line: position?.line, column: position?.column,
      message: message, advice: advice, excerpt: excerpt)
  }

  /// By place: the file from top to bottom, the files that it names, then the environment, the command line, and what is
  /// missing altogether.
  var sorted: [ConfigurationProblem] {
    func isBefore(
      _ one: (offset: Int, element: ConfigurationProblem), _ other: (offset: Int, element: ConfigurationProblem)
    ) -> Bool {
      (rank(one.element), one.element.line ?? 0, one.element.column ?? 0, one.offset)
        < (rank(other.element), other.element.line ?? 0, other.element.column ?? 0, other.offset)
    }
    let own = problems.enumerated().sorted(by: isBefore).map(\.element)
    if others.isEmpty { return own }
    let inFile = own.prefix { rank($0) == 0 }
    return inFile + others.flatMap(\.sorted) + own.dropFirst(inFile.count)
  }

  private func rank(_ problem: ConfigurationProblem) -> Int {
    if problem.line != nil { return 0 }
    return problem.file == Place.environment.label(in: "") ? 1 : 2
  }
}

extension Place {
  fileprivate func label(in file: String) -> String {
    switch self {
    case .file: file
    case .environment: "environment"
    case .commandLine: "command line"
    case .nowhere: "configuration"
    }
  }
}
