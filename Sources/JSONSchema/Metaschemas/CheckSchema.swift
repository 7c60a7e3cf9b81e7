// SPDX-License-Identifier: Apache-2.0

extension Metaschemas {
  /// A cache keeps them with the schema's text.
  private static let violationLimit = 8

  /// Throws what a draft's metaschema finds wrong with a schema.
  static func check(_ document: Document, _ draft: Draft, _ profile: Profile) throws(SchemaError) {
    guard let program = program(for: draft, isPython: profile.isPython) else { return }
    var evaluator = Evaluator()
    evaluator.document = document
    if evaluator.run(program) == .valid { return }
    evaluator.isRecording = true
    evaluator.recordLimit = violationLimit
    _ = evaluator.run(program)
    throw .invalid(evaluator.violations(program))
  }
}
