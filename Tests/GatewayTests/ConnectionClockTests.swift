// SPDX-License-Identifier: Apache-2.0
import Configuration
import Gateway
import Testing

/// Who is waited for, and for how long, with the times given in.
struct ConnectionClockTests {
  /// A connection's clock, told of in seconds since it began.
  private struct Told {
    var clock = ConnectionClock(at: 0)
    var now: UInt64 = 0
    var isNew = true

    func at(_ seconds: Double) -> Told {
      var told = self
      told.now = UInt64(seconds * 1e9)
      return told
    }

    func told(_ change: (inout ConnectionClock, UInt64) -> Void) -> Told {
      var told = self
      change(&told.clock, now)
      return told
    }

    func enter(_ phase: ConnectionClock.Phase) -> Told { told { $0.enter(phase, at: $1) } }

    func isOver(_ seconds: Double) -> Bool { clock.isOver(ConnectionClockTests.limits, at: UInt64(seconds * 1e9)) }

    /// Since when, in seconds, with the rank.
    var wait: (rank: WaitingConnections.Rank, since: Double)? { clock.wait(isNew: isNew).map { ($0.rank, Double($0.since) / 1e9) } }
  }

  private static let limits: ClientLimits = {
    var limits = Limits()
    limits.headerTimeout = .seconds(30)
    limits.keepAlive = .seconds(75)
    return ClientLimits(limits)
  }()

  @Test("the time for a head does not begin anew with its bytes, the time for a body does; the place counts from the body's beginning")
  func requests() {
    let head = Told().at(5).told { $0.bytesArrived(at: $1) }.at(20).told { $0.bytesArrived(at: $1) }
    #expect(head.clock.phase == .readingHead && head.wait ?? (.slow, 0) == (.unheard, 5))
    #expect(!head.isOver(35) && head.isOver(35.1))
    let body = head.at(25).enter(.readingBody).at(50).told { $0.bytesArrived(at: $1) }
    #expect(body.wait ?? (.unheard, 0) == (.slow, 25))
    #expect(!body.isOver(80) && body.isOver(80.1))
  }

  @Test("between requests there is more time, and who was answered before keeps a place longer")
  func rest() {
    var told = Told()
    #expect(told.wait ?? (.slow, 1) == (.unheard, 0))
    told.isNew = false
    let rested = told.at(100).enter(.answering).at(110).enter(.idle)
    #expect(rested.wait ?? (.slow, 0) == (.answered, 110))
    #expect(!rested.isOver(185) && rested.isOver(185.1))
    #expect(!rested.clock.hasRested(1_000_000_000, at: 110_999_999_999) && rested.clock.hasRested(1_000_000_000, at: 111_000_000_000))
    #expect(!rested.enter(.answering).clock.hasRested(1_000_000_000, at: 200_000_000_000))
  }

  @Test("who has yet to take the end of an answer does not rest, and keeps its place as one who does not read")
  func wholeAnswer() {
    var told = Told()
    told.isNew = false
    let whole = told.at(100).enter(.answering).at(110).told { $0.answerIsWhole(at: $1) }
    #expect(whole.wait ?? (.unheard, 0) == (.slow, 110) && !whole.isOver(1_000_000))
    #expect(!whole.clock.hasRested(1_000_000_000, at: 200_000_000_000))
    #expect(whole.at(120).enter(.idle).wait ?? (.slow, 0) == (.answered, 120))
    #expect(whole.at(120).enter(.answering).wait == nil)
  }

  @Test("an upload that the vendor takes slowly is the vendor's to end: the client is not waited for, and its time begins anew")
  func slowVendor() {
    let full = Told().at(1).enter(.readingBody).told { clock, _ in clock.isUploadFull = true }
    #expect(full.wait == nil && !full.isOver(1_000_000))
    let again = full.at(600).told { $0.uploadGoesOn(at: $1) }
    #expect(again.wait ?? (.unheard, 0) == (.slow, 1))
    #expect(!again.isOver(630) && again.isOver(630.1))
  }

  @Test("whether there is a place is not for the client to say: until it is known, nobody waits for it, and no limit counts")
  func asking() {
    let asking = Told().at(1).enter(.asking).at(2).told { $0.bytesArrived(at: $1) }
    #expect(asking.clock.phase == .asking && asking.wait == nil && !asking.isOver(1_000_000))
  }

  @Test("a limit that is judged as of a time before the phase began is not over")
  func judgedEarlier() {
    #expect(!Told().at(100).enter(.idle).isOver(1))
  }

  /// Sweeps, in seconds, and as of when each judges.
  @Test(
    "a sweep that comes late, out of a standstill, judges as of the one before; the next sees what was read, and so it is where all are late",
    arguments: [([1, 2, 3.4], [1, 2, 3.4]), ([1, 5, 6], [1, 1, 6]), ([1, 5, 6.4, 9, 12, 15], [1, 1, 6.4, 6.4, 9, 12])] as [([Double], [Double])])
  func standstill(sweeps: [Double], judged: [Double]) {
    var clock = SweepClock(at: 0)
    #expect(sweeps.map { Double(clock.sweep(at: UInt64($0 * 1e9))) / 1e9 } == judged)
  }

  @Test("an answer that is not taken is waited for from when it stalled, one that is awaited or taken is not")
  func readers() {
    let answering = Told().at(1).enter(.answering)
    #expect(answering.wait == nil && !answering.isOver(1_000_000))
    let stalled = answering.at(7).told { $0.takesAnswer(false, at: $1) }
    #expect(stalled.wait ?? (.unheard, 0) == (.slow, 7))
    #expect(stalled.at(9).told { $0.takesAnswer(true, at: $1) }.wait == nil)
    // The last answer, of which all is written but not all is taken.
    #expect(answering.at(8).enter(.closing).wait ?? (.unheard, 0) == (.slow, 8))
    let lingering = answering.at(10).enter(.lingering)
    #expect(lingering.wait ?? (.slow, 0) == (.answered, 10) && !lingering.isOver(12) && lingering.isOver(12.1))
  }

  @Test("who has its last answer and goes on sending has its time anew, up to a limit; its place counts from the answer")
  func lingering() {
    var told = Told().at(1).enter(.readingBody).at(10).enter(.lingering)
    for seconds in stride(from: 11.5, to: 39, by: 1.5) {
      #expect(!told.isOver(seconds))
      told = told.at(seconds).told { $0.bytesArrived(at: $1) }
      #expect(told.clock.phase == .lingering && told.wait ?? (.slow, 0) == (.answered, 10))
    }
    #expect(!told.isOver(40) && told.isOver(40.1) && !told.isOver(9))
    #expect(!told.clock.hasRested(1_000_000_000, at: 200_000_000_000))
  }
}
