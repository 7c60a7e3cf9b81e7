// SPDX-License-Identifier: Apache-2.0
import Logbook
import Store
import Testing

@Suite("Filters as they are typed") struct FilterFlagsTests {
  private static let now = Sample.start + 3_600_000

  @Test("A status is one, a class or a range", arguments: [("503", 503...503), ("5xx", 500...599), ("429-503", 429...503)])
  func status(text: String, range: ClosedRange<Int>) throws {
    var flags = FilterFlags()
    flags.status = text
    #expect(try flags.filter(now: Self.now).status == range)
  }

  @Test(
    "A time is so long ago, or a date in UTC",
    arguments: [
      ("90s", now - 90_000), ("1.5h", now - 5_400_000), ("2d", now - 172_800_000), ("2h ago", now - 7_200_000),
      ("2026-09-21", 1_789_948_800_000), ("2026-09-21T14:13:20Z", Sample.start),
    ])
  func time(text: String, milliseconds: Int64) throws {
    var flags = FilterFlags()
    flags.since = text
    #expect(try flags.filter(now: Self.now).since == milliseconds)
  }

  @Test(
    "What cannot be read is said with what to write",
    arguments: [
      ("status", "many", "--status 'many' is no status; write 503, 5xx or 500-599"),
      ("since", "monday", "--since 'monday' is no time; write 2h or 3d for so long ago, or 2026-11-21 or 2026-11-21T14:00 (UTC)"),
      (
        "where", "status = 500",
        """
        --where: equality is ==
          status = 500
                 ^
        """
      ),
      (
        "where", "vendro == 'x'",
        """
        --where: there is no field vendro; did you mean vendor?
          vendro == 'x'
          ^
        """
      ),
    ])
  func problems(flag: String, text: String, message: String) {
    var flags = FilterFlags()
    switch flag {
    case "status": flags.status = text
    case "since": flags.since = text
    default: flags.expression = text
    }
    let problem = #expect(throws: LogbookProblem.self) { try flags.filter(now: Self.now) }
    #expect(problem?.description == message)
    #expect(problem?.code == .unusable)
  }

  @Test("A range that holds nothing is refused") func emptyRange() {
    var flags = FilterFlags()
    (flags.since, flags.until) = ("1h", "2h")
    #expect(throws: LogbookProblem.self) { try flags.filter(now: Self.now) }
  }
}
