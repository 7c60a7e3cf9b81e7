// SPDX-License-Identifier: Apache-2.0
import Gateway
import Logging
import Store
import Testing

/// What the log and Prometheus are told when exchanges cannot be recorded.
struct StoreWatchTests {
  private func status(_ change: (inout StoreStatus) -> Void = { _ in }) -> StoreStatus {
    var status = StoreStatus()
    change(&status)
    return status
  }

  @Test("a failure is told once, with its reason, and its end with what was lost")
  func failure() {
    var watch = StoreWatch()
    let full = StoreFailure(.diskFull, "SQLite 13")
    #expect(watch.look(status(), now: 0).isEmpty)
    let first = watch.look(status { $0.failure = full }, now: 1)
    #expect(first.map(\.level) == [.error])
    #expect(first.first?.metadata["finding"] == "store.disk_full")
    #expect(first.first?.metadata["problem"].map { "\($0)" }?.contains("no space left") == true)
    #expect(watch.look(status { $0.failure = full }, now: 2).isEmpty)
    let lost = watch.look(status { $0.failure = full; $0.dropped = [.failing(.diskFull): 7] }, now: 3)
    #expect(lost.map(\.level) == [.warning])
    #expect(lost.first?.metadata["lost"] == "7")
    let end = watch.look(status { $0.dropped = [.failing(.diskFull): 9] }, now: 4)
    #expect(end.map(\.text) == ["exchanges are recorded again"])
    #expect(end.first?.metadata == ["lost": "2", "lost_in_all": "9"])
    #expect(watch.look(status { $0.dropped = [.failing(.diskFull): 9] }, now: 5).isEmpty)
  }

  @Test("what a full queue loses is told at most once a minute")
  func drops() {
    var watch = StoreWatch()
    #expect(watch.look(status { $0.dropped = [.queueFull: 1] }, now: 0).count == 1)
    #expect(watch.look(status { $0.dropped = [.queueFull: 500] }, now: 59_000).isEmpty)
    #expect(watch.look(status { $0.dropped = [.queueFull: 501] }, now: 60_000).first?.metadata["lost"] == "500")
  }

  @Test("what the recorder's queue loses is told with what the store's does, and never twice")
  func recorder() {
    var watch = StoreWatch()
    let first = watch.look(status(), recorderLost: 30, now: 0)
    #expect(first.map(\.text) == ["exchanges were served and not recorded"] && first.map(\.level) == [.warning])
    #expect(first.first?.metadata == ["lost": "30", "lost_in_all": "30"])
    #expect(watch.look(status { $0.dropped = [.queueFull: 2] }, recorderLost: 30, now: 1000).isEmpty)
    let last = watch.finish(status { $0.dropped = [.queueFull: 2] }, recorderLost: 40)
    #expect(last.first?.metadata == ["lost": "12", "lost_in_all": "42"])
    #expect(watch.finish(status { $0.dropped = [.queueFull: 2] }, recorderLost: 40).isEmpty)
  }

  @Test("the last word is of all that was lost, however soon after the one before")
  func end() {
    var watch = StoreWatch()
    #expect(watch.look(status { $0.dropped = [.queueFull: 26] }, now: 1000).count == 1)
    #expect(watch.look(status { $0.dropped = [.queueFull: 300] }, now: 2000).isEmpty)
    let last = watch.finish(status { $0.dropped = [.queueFull: 300, .closed: 76] })
    #expect(last.map(\.level) == [.warning])
    #expect(last.first?.metadata == ["lost": "350", "lost_in_all": "376"])
    #expect(watch.finish(status { $0.dropped = [.queueFull: 300, .closed: 76] }).isEmpty)
  }

  @Test("a store that is brought up to date is told of when that begins and when it is done")
  func upgrade() {
    var watch = StoreWatch()
    let begun = watch.look(status { $0.upgrade = .init(exchanges: 5000) }, now: 0)
    #expect(begun.map(\.level) == [.notice] && begun.first?.metadata == ["exchanges": "5000"])
    #expect(watch.look(status { $0.upgrade = .init(exchanges: 5000, retried: 9) }, now: 1).isEmpty)
    let done = watch.look(status { $0.upgrade = .init(exchanges: 5000, retried: 12, isDone: true) }, now: 2)
    #expect(done.map(\.text) == ["the store is up to date"] && done.first?.metadata == ["exchanges": "5000", "retried": "12"])
    #expect(watch.finish(status { $0.upgrade = .init(exchanges: 5000, retried: 12, isDone: true) }).isEmpty)
  }

  @Test("bodies that the store's queue left out are counted with the recorder's")
  func bodies() {
    let lean = status { $0.droppedBodies = 7 }
    let gateway = GatewayStatus(recorder: Recorder(format: nil) { _ in }, store: ConsoleStore(path: "/none") { lean })
    #expect(gateway.metricsText().contains("belay_record_bodies_dropped_total 7\n"))
  }

  @Test("Prometheus is told which reason it is, and the page gets the words")
  func metrics() {
    let failing = status { $0.failure = StoreFailure(.locked, "SQLite 5") }
    let gateway = GatewayStatus(recorder: Recorder(format: nil) { _ in }, store: ConsoleStore(path: "/none") { failing })
    let text = gateway.metricsText()
    #expect(text.contains("belay_store_up 0.0\n"))
    #expect(text.contains("belay_store_failing{reason=\"locked\"} 1.0\n"))
    #expect(text.contains("belay_store_failing{reason=\"disk_full\"} 0.0\n"))
  }
}
