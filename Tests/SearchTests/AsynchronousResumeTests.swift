import Foundation
import RunStore
import Search
import TestSupport
import Testing
import Text
import Threads

/// However an asynchronous search is interrupted, what was decided stays, and every trial comes to its end.
@Suite struct AsynchronousResumeTests {
  private static let workers = [1, 2, 4]

  private func uninterrupted() throws -> [String: Data] {
    let folder = try TemporaryFolder()
    try search(folder("run"), smallAsynchronousSearch())
    return try results(in: folder("run"))
  }

  /// What must hold of a finished search, and of what was in its journal before it was interrupted.
  private func expectWhole(_ path: String, continuing before: [SegmentRecord], _ moment: String) throws {
    let records = try segmentsByArrival(path)
    let configuration = smallAsynchronousSearch()
    #expect(ArrivalRules(records, configuration).faults.isEmpty, "\(moment)")
    let last = records.filter { $0.plan.epochs.upperBound == configuration.recipe.epochs }
    #expect(last.map(\.plan.trial).sorted() == [0, 1, 2, 3, 4], "\(moment)")
    let checkpoints = try FileManager.default.contentsOfDirectory(atPath: path + "/checkpoints")
    #expect(Set(checkpoints) == Set(last.compactMap(\.checkpoint?.file)), "\(moment)")
    let byPlace = Dictionary(uniqueKeysWithValues: records.map { ($0.plan.place, $0) })
    for record in before {
      #expect(byPlace[record.plan.place]?.plan == record.plan, "\(moment)")
      if record.result != nil { #expect(byPlace[record.plan.place] == record, "\(moment)") }
    }
  }

  @Test(arguments: workers) func killedAtAnyMoment(concurrency: Int) throws {
    let expected = try uninterrupted()
    let folder = try TemporaryFolder()
    let moments = Counter()
    let copying = NSLock()
    let failures = Collected<String>()
    let path = folder("run")
    let leave: @Sendable () -> Void = {
      copying.withLock {
        do {
          try snapshot(path, to: folder("killed-\(moments.next())"))
        } catch {
          failures.add("\(error)")
        }
      }
    }
    let executor = SimulatedExecutor(seed: 3, halfway: { _ in leave() })
    try search(path, smallAsynchronousSearch(concurrency: concurrency), executor: executor) { _ in leave() }
    #expect(failures.all.isEmpty)
    let count = moments.next()
    #expect(count > 60)
    for moment in 0..<count {
      let copy = folder("killed-\(moment)")
      let before = try segmentsByArrival(copy)
      try search(copy, smallAsynchronousSearch(concurrency: concurrency), resume: true)
      try expectWhole(copy, continuing: before, "killed at moment \(moment)")
      guard concurrency == 1 else { continue }
      let found = try results(in: copy)
      #expect(Set(found.keys) == Set(expected.keys), "killed at moment \(moment)")
      for (name, data) in expected { #expect(found[name] == data, "\(name), killed at moment \(moment)") }
    }
  }

  @Test(arguments: workers) func brokenOffAgainAndAgain(concurrency: Int) throws {
    let folder = try TemporaryFolder()
    var attempts = 0
    var before: [SegmentRecord] = []
    while attempts < 200 {
      let calls = Counter()
      let executor = SimulatedExecutor(
        seed: 3, halfway: { _ in if calls.next() >= concurrency { throw MachineFailure() } })
      attempts += 1
      do {
        try search(
          folder("run"), smallAsynchronousSearch(concurrency: concurrency), executor: executor,
          resume: attempts > 1)
        break
      } catch is SearchError {}
      before = try segmentsByArrival(folder("run"))
    }
    #expect((2...100).contains(attempts))
    try expectWhole(folder("run"), continuing: before, "broken off \(attempts) times")
    if concurrency == 1 { #expect(try results(in: folder("run")) == uninterrupted()) }
  }

  @Test(arguments: workers) func askedToStop(concurrency: Int) throws {
    for moment in stride(from: 0, to: 20, by: 3) {
      let folder = try TemporaryFolder()
      let stop = StopFlag()
      let started = Counter()
      let executor = SimulatedExecutor(
        seed: 3, halfway: { _ in if started.next() == moment { stop.request() } }, heedsStop: true)
      let error = #expect(throws: SearchError.self) {
        try search(
          folder("run"), smallAsynchronousSearch(concurrency: concurrency), executor: executor, stop: stop)
      }
      let text = try #require(error?.description)
      let before = try segmentsByArrival(folder("run"))
      let finished = before.count { $0.result != nil }
      #expect(text.hasPrefix("stopped after \(counted(finished, "result")), "))
      #expect(text.hasSuffix(" of 5 trials at the last epoch; continue with `resume`"))
      try search(folder("run"), smallAsynchronousSearch(concurrency: concurrency), resume: true)
      try expectWhole(folder("run"), continuing: before, "stopped at segment \(moment)")
      if concurrency == 1 { #expect(try results(in: folder("run")) == uninterrupted()) }
    }
  }

  @Test(arguments: [1, 3], [false, true])
  func lostCheckpointsAreTrainedAgainFromTheJournal(concurrency: Int, all: Bool) throws {
    let expected = try uninterrupted()
    let folder = try TemporaryFolder()
    let calls = Counter()
    let executor = SimulatedExecutor(
      seed: 3, halfway: { _ in if calls.next() == 13 { throw MachineFailure() } })
    #expect(throws: SearchError.self) {
      try search(folder("run"), smallAsynchronousSearch(), executor: executor)
    }
    let before = try segmentsByArrival(folder("run"))
    let checkpoints = folder("run/checkpoints/")
    let planned = before.filter { $0.result == nil }
    let next = try #require(
      planned.min {
        ($0.plan.epochs.lowerBound, $0.plan.trial) < ($1.plan.epochs.lowerBound, $1.plan.trial)
      })
    let parent = try #require(next.plan.parentPlace)
    let needed = try #require(before.first { $0.plan.place == parent }?.checkpoint?.file)
    let lost = all ? try FileManager.default.contentsOfDirectory(atPath: checkpoints) : [needed]
    for name in lost { try FileManager.default.removeItem(atPath: checkpoints + name) }
    let told = Collected<SegmentPlace>()
    let restored = Collected<Bool>()
    try search(folder("run"), smallAsynchronousSearch(concurrency: concurrency), resume: true) { event in
      if case .checkpointLost(let place) = event { told.add(place) }
      if case .checkpointRestored(_, let identical) = event { restored.add(identical) }
    }
    #expect(told.all.contains(parent))
    #expect(told.all.contains { $0.generation == 0 })
    #expect(restored.all == told.all.map { _ in true })
    #expect(Set(told.all).count == told.all.count)
    try expectWhole(folder("run"), continuing: before, "checkpoints lost")
    if concurrency == 1 { #expect(try results(in: folder("run")) == expected) }
  }

  @Test func theResultIsNotNamedWithoutItsCheckpoint() throws {
    let expected = try uninterrupted()
    let folder = try TemporaryFolder()
    let result = try search(folder("first"), smallAsynchronousSearch())
    let path = folder("again")
    try search(path, smallAsynchronousSearch()) { event in
      guard case .advanced(_, let ended, _) = event, ended == 5 else { return }
      try? snapshot(path, to: folder("killed"))
    }
    let file = result.checkpointPath.split(separator: "/").last.map(String.init) ?? ""
    try FileManager.default.removeItem(atPath: folder("killed/checkpoints/" + file))
    try search(folder("killed"), smallAsynchronousSearch(), resume: true)
    #expect(try results(in: folder("killed")) == expected)
  }

  @Test func aFinishedSearchGivesItsResultAgainAndTrainsNothing() throws {
    let folder = try TemporaryFolder()
    let first = try search(folder("run"), smallAsynchronousSearch(concurrency: 3))
    let expected = try results(in: folder("run"))
    for name in ["schedule.json", "metrics.jsonl"] {
      try FileManager.default.removeItem(atPath: folder("run/" + name))
    }
    let again = try search(
      folder("run"), smallAsynchronousSearch(concurrency: 1),
      executor: SimulatedExecutor(seed: 3, halfway: { _ in throw MachineFailure() }), resume: true)
    #expect(again == first)
    #expect(try results(in: folder("run")) == expected)
  }

  @Test func aSynchronousSearchDoesNotGoOnAsAnAsynchronousOne() throws {
    let folder = try TemporaryFolder()
    try search(folder("run"), smallSearch())
    let error = #expect(throws: RunStoreError.self) {
      try search(folder("run"), smallAsynchronousSearch(), resume: true)
    }
    #expect(error?.description.contains("asynchronous: found true, expected false") == true)
  }
}
