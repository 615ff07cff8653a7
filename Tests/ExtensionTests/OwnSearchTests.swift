import Augmentation
import Foundation
import Policies
import RunStore
import Search
import TestSupport
import Testing
import Threads

/// A search in a space, by an explorer and with an executor that the program does not know.
@Suite struct OwnSearchTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder(inMemory: true) }

  private func search(
    _ name: String, _ settings: OwnSettings, explorer: BestEver = BestEver(), resume: Bool = false,
    stop: StopFlag = StopFlag(), onEvent: @escaping @Sendable (SearchEvent) -> Void = { _ in }
  ) throws -> SearchResult {
    let run = try RunDirectory.open(folder(name), configuration: settings, version: "test", resume: resume)
    return try Search(
      run: run, rules: settings.rules, origin: ScheduleOrigin(name: "own", facts: ["by": .string("tests")]),
      concurrency: .trials(1), executor: RednessExecutor(), explorer: explorer, stop: stop, onEvent: onEvent)()
  }

  private func journal(_ name: String) throws -> SearchJournal {
    SearchJournal(try RunDirectory.read(folder(name)), space: .own)
  }

  @Test(arguments: [false, true]) func findsWhatTheExecutorRewards(asynchronous: Bool) throws {
    let settings = OwnSettings(asynchronous: asynchronous)
    let explorer = BestEver()
    let result = try search("run", settings, explorer: explorer)
    let records = try journal("run").segmentsByArrival()
    #expect(asynchronous || records.count == 8 * 12)
    #expect(records.allSatisfy { $0.plan.policy.entries.map(\.operation) == SearchSpace.own.entries })
    let best = try #require(records.compactMap(\.score).max())
    #expect(result.score == best)
    #expect(best > 0.05, "the search began with 0.007 and reached \(best)")
    #expect(result.schedule.epochs == 12)
    #expect(result.schedule.lastPolicy.entries.contains { $0.operation == .redden && $0.probability > 0 })
    #expect(result.schedule.provenance["by"] == .string("tests"))
    // Each decision saw all results before it.
    let lengths = explorer.lengths.all
    #expect(lengths == lengths.sorted())
    #expect(asynchronous ? lengths.count > 10 : lengths == (1...11).flatMap { [8 * $0, 8 * $0] })
    // What was explored is the best policy of all before it, in one number.
    for record in records
    where !asynchronous && record.plan.generation > 0 && record.plan.parent != record.plan.trial {
      let earlier = records.filter { $0.plan.generation < record.plan.generation }
      let values = earlier.compactMap(\.score)
      let top = earlier.filter { $0.score == values.max() }.map(\.plan.policy)
      #expect(
        top.contains { policy in
          zip(policy.entries, record.plan.policy.entries).count { $0 != $1 } <= 1
        })
    }
  }

  @Test(arguments: [false, true]) func endsTheSameWhenItWasStopped(asynchronous: Bool) throws {
    let settings = OwnSettings(asynchronous: asynchronous)
    let expected = try search("whole", settings)
    var stops = 0
    var result: SearchResult?
    while result == nil, stops < 100 {
      let (stop, calls) = (StopFlag(), Counter())
      do {
        result = try search("parts", settings, resume: stops > 0, stop: stop) { event in
          if case .segmentFinished = event, calls.next() == 6 { stop.request() }
        }
      } catch is SearchError {
        stops += 1
      }
    }
    #expect(stops >= 5)
    #expect(result?.schedule == expected.schedule)
    for name in ["schedule.json", "metrics.jsonl"] {
      #expect(folder.text(of: "parts/" + name) == folder.text(of: "whole/" + name))
    }
    #expect(
      try journal("parts").segmentsByArrival().map(\.plan) == journal("whole").segmentsByArrival().map(\.plan)
    )
  }

  @Test func whoDoesNotKnowTheOperationsIsToldTheirNames() throws {
    _ = try search("run", OwnSettings(epochs: 2))
    let text = try #require(
      message { _ = try SearchJournal(RunDirectory.read(folder("run"))).segmentsByArrival() })
    #expect(text.contains("Redden"), "\(text)")
  }
}
