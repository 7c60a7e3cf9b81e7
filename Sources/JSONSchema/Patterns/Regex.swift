// SPDX-License-Identifier: Apache-2.0

internal import CPCRE2

/// A compiled pattern. Only this file talks to PCRE2, and so only this file handles pointers.
///
/// `@unchecked Sendable`: PCRE2 documents a compiled pattern as immutable, to be used by any number of threads at a time; what
/// a match writes to lives in `MatchSpace`.
@safe final class Regex: @unchecked Sendable {
  /// Whose rules a pattern follows.
  enum Dialect: Sendable { case python, ecma }

  enum Result { case match, noMatch, limit }

  /// Steps after which a match that begins at one place of a text is given up. Ordinary patterns need a few for each byte;
  /// catastrophic ones get here in some tens of milliseconds. PCRE2 begins to count anew at each place.
  static let matchLimit: UInt32 = 1_000_000
  /// Bytes of one pattern when compiled: `(?:ab){6500}` takes 64 KiB, at which PCRE2 stops.
  static let sizeLimit = 32 << 10
  /// Bytes of one pattern as it is written. One that is longer would hardly be small when compiled.
  private static let textLimit = 4 * sizeLimit
  /// Steps that a match may take at every place without being asked what it took.
  private static let freeSteps: UInt32 = 32

  private let code: OpaquePointer
  /// Bytes of the compiled pattern.
  let size: Int
  /// Whether it repeats anything: what PCRE2 runs over without going back counts for no step, however long it is.
  private let repeats: Bool

  init(_ text: ArraySlice<UInt8>, dialect: Dialect) throws(PatternProblem) {
    guard text.count <= Regex.textLimit else { throw Regex.tooLarge }
    let pattern =
      switch dialect {
      case .python: try PythonPattern.translate(text)
      case .ecma: try ECMAPattern.translate(text)
      }
    repeats = pattern.utf8.contains { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "{") }
    unsafe code = try Regex.compile(pattern, dialect)
    var size = 0
    _ = unsafe pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_SIZE), &size)
    self.size = size
    guard size <= Regex.sizeLimit else { throw Regex.tooLarge }
  }

  /// Not what a dialect says: Python and ECMAScript take such a pattern.
  static let tooLarge = PatternProblem(
    "it is too large: \(sizeLimit) bytes when compiled are the limit, and a count such as {1,500} takes its part that often")

  deinit { unsafe pcre2_code_free_8(code) }

  private static func compile(_ pattern: String, _ dialect: Dialect) throws(PatternProblem) -> OpaquePointer {
    var options = PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C
    switch dialect {
    case .ecma: options |= PCRE2_MATCH_UNSET_BACKREF
    // Of `a?(?>|b)a` PCRE2 (10.42) thinks that nothing but `b` can follow the first `a`, and takes it for good.
    case .python: if isAtomic(pattern) { options |= UInt32(PCRE2_NO_AUTO_POSSESS) }
    }
    var error: Int32 = 0
    var offset = 0
    // The callout says at which places of a text a match begins.
    let bytes = Array("(?C1)(?:\(pattern))".utf8)
    // The buffer outlives the call, and PCRE2 keeps its own copy.
    let code = unsafe bytes.withUnsafeBufferPointer { buffer in
      unsafe pcre2_compile_8(buffer.baseAddress, buffer.count, options, &error, &offset, nil)
    }
    if let code = unsafe code { return unsafe code }
    throw error == PCRE2_ERROR_PATTERN_TOO_LARGE ? tooLarge : PatternProblem("unsupported pattern")
  }

  /// Whether there may be a group that is not entered again, `(?>…)` or `(…)++`.
  private static func isAtomic(_ pattern: String) -> Bool {
    var before: UInt8 = 0
    for byte in pattern.utf8 {
      switch byte {
      case UInt8(ascii: ">") where before == UInt8(ascii: "?"): return true
      case UInt8(ascii: "+") where "*+?}".utf8.contains(before): return true
      default: before = byte
      }
    }
    return false
  }

  /// Searches a text for the pattern. The bytes must be UTF-8 without half surrogates.
  ///
  /// What it takes comes out of `space.steps`. PCRE2 has a limit for each place where a match may begin and does not say what was
  /// used of it, so each is given few steps at first, and where they do not do, this place alone four times as many.
  func search(_ storage: borrowing Span<UInt8>, _ range: Range<Int>, _ space: borrowing MatchSpace) -> Result {
    // The text lies inside the span (checked), and the pointer lives only for the call.
    precondition(range.lowerBound >= 0 && range.upperBound <= storage.count)
    space.steps -= 1 + range.count >> 6
    var start = 0
    var limit = Regex.freeSteps
    while space.steps >= 0 {
      space.begin(limit, isSinglePlace: limit > Regex.freeSteps, end: repeats ? range.count : 0)
      let status = unsafe storage.withUnsafeBufferPointer { buffer in
        unsafe pcre2_match_8(
          code, buffer.baseAddress.map { unsafe $0 + range.lowerBound }, range.count, start, PCRE2_NO_UTF_CHECK, space.data,
          space.context)
      }
      // It took between a quarter of the limit, which did not do, and all of it.
      if limit > Regex.freeSteps { space.steps -= Int(status == PCRE2_ERROR_MATCHLIMIT ? limit : limit / 2) }
      if status >= 0 { return .match }
      switch status {
      case PCRE2_ERROR_NOMATCH: return .noMatch
      case PCRE2_ERROR_MATCHLIMIT where limit < Regex.matchLimit: limit = min(limit * 4, Regex.matchLimit)
      // This place is done with, and the next one not begun.
      case PCRE2_ERROR_CALLOUT: limit = Regex.freeSteps
      default: return .limit
      }
      start = space.place
    }
    return .limit
  }
}

/// What a match writes to; one for each validator, reused.
@safe struct MatchSpace: ~Copyable {
  fileprivate let data: OpaquePointer?
  fileprivate let context: OpaquePointer?
  private let tally: UnsafeMutablePointer<Tally>

  private struct Tally {
    var steps = Int.max
    /// Where in the text a match began last.
    var place = 0
    /// Whether the match ends at the next place.
    var isSinglePlace = false
    var hasBegun = false
    /// Where the text ends for a pattern that may run that far.
    var end = 0
  }

  init() {
    unsafe data = pcre2_match_data_create_8(1, nil)
    unsafe context = pcre2_match_context_create_8(nil)
    unsafe tally = .allocate(capacity: 1)
    unsafe tally.initialize(to: Tally())
    // KiB.
    unsafe pcre2_set_heap_limit_8(context, 32 << 10)
    // PCRE2 calls during a match only, and `tally` lives as long as the context.
    _ = unsafe pcre2_set_callout_8(
      context,
      { block, data in
        guard let block = unsafe block, let tally = unsafe data?.assumingMemoryBound(to: Tally.self) else { return 0 }
        unsafe tally.pointee.place = block.pointee.start_match
        let rest = unsafe max(tally.pointee.end - block.pointee.start_match, 0)
        unsafe tally.pointee.steps -= 4 + rest >> 7
        defer { unsafe tally.pointee.hasBegun = true }
        let isNext = unsafe tally.pointee.hasBegun && tally.pointee.isSinglePlace
        return unsafe isNext || tally.pointee.steps < 0 ? PCRE2_ERROR_CALLOUT : 0
      }, tally)
  }

  /// Steps that matches may still take.
  var steps: Int {
    get { unsafe tally.pointee.steps }
    nonmutating set { unsafe tally.pointee.steps = newValue }
  }

  fileprivate var place: Int { unsafe tally.pointee.place }

  /// Before a match that may take so many steps at each place.
  fileprivate func begin(_ limit: UInt32, isSinglePlace: Bool, end: Int) {
    unsafe tally.pointee.end = end
    unsafe tally.pointee.isSinglePlace = isSinglePlace
    unsafe tally.pointee.hasBegun = false
    unsafe pcre2_set_match_limit_8(context, limit)
  }

  deinit {
    unsafe pcre2_match_data_free_8(data)
    unsafe pcre2_match_context_free_8(context)
    unsafe tally.deinitialize(count: 1)
    unsafe tally.deallocate()
  }
}
