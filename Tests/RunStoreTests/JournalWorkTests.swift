import Files
import Policies
import RunStore
import Testing

/// What a search asks of its journal after every generation must not take longer the longer the search has gone on.
@Suite struct JournalWorkTests {
  private let trials = 20

  /// Plans generations and ends all but the last; every trial goes on as itself, with a policy of its own.
  private func grow(_ journal: SearchJournal, to generations: Range<Int>) throws {
    let metrics = SegmentMetrics(score: 0.5, trainLoss: 1, trainAccuracy: 0.5, seconds: 1)
    for generation in generations {
      let plans = try (0..<trials).map { trial in
        let vector = (0..<60).map { ($0 + generation + trial) % 10 }
        return SegmentPlan(
          generation: generation, trial: trial, epochs: generation..<generation + 1,
          parent: generation == 0 ? nil : trial, policy: try Policy(searchVector: vector))
      }
      try journal.plan(plans)
      guard generation + 1 < generations.upperBound else { continue }
      try journal.record(
        plans.map {
          let file = "g\($0.generation)-t\($0.trial)"
          return (
            $0.place,
            .done(CheckpointRecord(file: file, digest: FileDigest(size: 1, sha256: "0f")), metrics)
          )
        })
    }
  }

  /// Pages that each question about the last generation makes SQLite look at.
  private func pages(_ journal: SearchJournal, last: Int) throws -> [Int] {
    let questions: [() throws -> Void] = [
      { _ = try journal.lastGeneration() },
      { _ = try journal.firstPlannedGeneration() },
      { _ = try journal.plannedSegments(generation: last) },
      { _ = try journal.segments(generation: last) },
      { _ = try journal.results(generations: last - 1..<last) },
    ]
    return try questions.map { question in
      try question()
      let before = try journal.pagesRead()
      try question()
      return try journal.pagesRead() - before
    }
  }

  @Test func aLongJournalIsNotMoreWorkThanAShortOne() throws {
    let store = try Store(Settings(), .openedOnce)
    let (short, long) = (4, 80)
    let (early, late) = try store.step { run in
      let journal = SearchJournal(run)
      try grow(journal, to: 0..<short)
      let early = try pages(journal, last: short - 1)
      let metrics = SegmentMetrics(score: 0.5, trainLoss: 1, trainAccuracy: 0.5, seconds: 1)
      try journal.record(
        try journal.segments(generation: short - 1).map {
          (
            $0.plan.place,
            .done(CheckpointRecord(file: "f", digest: FileDigest(size: 1, sha256: "0f")), metrics)
          )
        })
      try grow(journal, to: short..<long)
      return (early, try pages(journal, last: long - 1))
    }
    // A tree of more pages is a little higher; a question that reads all of it would be more than ten times as much.
    for (index, (first, then)) in zip(early, late).enumerated() {
      #expect(first > 0 && then <= 2 * first + 6, "question \(index): \(first) pages, then \(then)")
    }
  }

  @Test func policiesAreReadBackAsTheyWereWritten() throws {
    let store = try Store(Settings(), .openedOnce)
    // More of them than are kept in memory, each asked for twice.
    let count = 5000
    let policies = try (0..<count).map { number in
      try Policy(searchVector: (0..<60).map { ($0 < 4 ? number / [1, 10, 100, 1000][$0] : $0) % 10 })
    }
    try store.step { run in
      let journal = SearchJournal(run)
      try journal.plan(
        policies.enumerated().map {
          SegmentPlan(generation: 0, trial: $0.offset, epochs: 0..<1, parent: nil, policy: $0.element)
        })
      for _ in 0..<2 { #expect(try journal.segments(generation: 0).map(\.plan.policy) == policies) }
    }
  }
}
