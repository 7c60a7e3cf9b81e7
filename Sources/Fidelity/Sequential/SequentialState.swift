// SPDX-License-Identifier: Apache-2.0

/// What is carried along as comparisons come in, batch by batch in order of time. The same batches give the same state, so
/// it can be thrown away and made again from stored counts, or stored itself: four numbers and the detector's few.
package struct SequentialState: Hashable, Sendable {
  package let sequence: ConfidenceSequence
  /// All comparisons so far.
  package private(set) var total = Agreement()
  /// The intersection of the sequence's intervals of p at the end of every batch. It is as valid as the last interval
  /// alone, and never wider, *if p stays what it is*: after a change of p it may be empty, ``isContradicted``, which the
  /// last interval never is. Reports therefore show the last one, unless asked. It does not add up over replicas.
  package private(set) var runningIntersection = Interval.everything
  package private(set) var detector: DriftDetector?
  /// Batches since the alarm was first raised, that one included; 0 while it is not. It stays until
  /// ``acknowledge()``.
  package private(set) var batchesSinceAlarm = 0

  package init(sequence: ConfidenceSequence = ConfidenceSequence(), detector: DriftDetector? = nil) {
    (self.sequence, self.detector) = (sequence, detector)
  }

  /// The state after `batches`.
  package init(
    sequence: ConfidenceSequence = ConfidenceSequence(), detector: DriftDetector? = nil,
    replaying batches: some Sequence<Agreement>
  ) {
    self.init(sequence: sequence, detector: detector)
    for batch in batches { add(batch) }
  }

  package mutating func add(_ batch: Agreement) {
    guard batch.count > 0 else { return }
    total.merge(batch)
    let interval = sequence.interval(total)
    runningIntersection.lower = max(runningIntersection.lower, interval.lower)
    runningIntersection.upper = min(runningIntersection.upper, interval.upper)
    detector?.add(batch)
    if batchesSinceAlarm > 0 || detector?.isAlarmed == true { batchesSinceAlarm += 1 }
  }

  /// Whether no single p explains all that was seen.
  package var isContradicted: Bool { runningIntersection.lower > runningIntersection.upper }
  package var isAlarmed: Bool { batchesSinceAlarm > 0 }

  /// Somebody has seen to the alarm: the detector begins anew.
  package mutating func acknowledge() {
    batchesSinceAlarm = 0
    detector?.reset()
  }
}
