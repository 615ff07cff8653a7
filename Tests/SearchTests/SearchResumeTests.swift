import Foundation
import RunStore
import Search
import TestSupport
import Testing
import Threads

/// However a search is interrupted, it ends with the files of the search that was not.
@Suite struct SearchResumeTests {
  private static let workers = [1, 2, 4]

  private func uninterrupted() throws -> [String: Data] {
    let folder = try TemporaryFolder()
    try search(folder("run"), smallSearch())
    return try results(in: folder("run"))
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
    try search(path, smallSearch(concurrency: concurrency), executor: executor) { _ in leave() }
    #expect(failures.all.isEmpty)
    #expect(try results(in: path) == expected)
    let count = moments.next()
    #expect(count == 20 + 52)
    for moment in 0..<count {
      let copy = folder("killed-\(moment)")
      try search(copy, smallSearch(concurrency: concurrency), resume: true)
      let found = try results(in: copy)
      #expect(Set(found.keys) == Set(expected.keys), "killed at moment \(moment)")
      for (name, data) in expected { #expect(found[name] == data, "\(name), killed at moment \(moment)") }
    }
  }

  @Test(arguments: workers) func brokenOffByAFailureAtAnySegment(concurrency: Int) throws {
    let expected = try uninterrupted()
    for broken in 0..<20 {
      let folder = try TemporaryFolder()
      let calls = Counter()
      let executor = SimulatedExecutor(
        seed: 3, halfway: { _ in if calls.next() == broken { throw MachineFailure() } })
      #expect(throws: SearchError.self) {
        try search(folder("run"), smallSearch(concurrency: concurrency), executor: executor)
      }
      try search(folder("run"), smallSearch(concurrency: concurrency), resume: true)
      #expect(try results(in: folder("run")) == expected, "broken off at call \(broken)")
    }
  }

  @Test(arguments: workers) func brokenOffAgainAndAgain(concurrency: Int) throws {
    let expected = try uninterrupted()
    let folder = try TemporaryFolder()
    var attempts = 0
    while attempts < 100 {
      let calls = Counter()
      // Each attempt finishes one segment at least.
      let executor = SimulatedExecutor(
        seed: 3, halfway: { _ in if calls.next() >= concurrency { throw MachineFailure() } })
      attempts += 1
      do {
        try search(
          folder("run"), smallSearch(concurrency: concurrency), executor: executor, resume: attempts > 1)
        break
      } catch is SearchError {}
    }
    #expect((2...21).contains(attempts))
    #expect(try results(in: folder("run")) == expected)
  }

  @Test(arguments: workers) func askedToStop(concurrency: Int) throws {
    let expected = try uninterrupted()
    for moment in stride(from: 0, to: 20, by: 3) {
      let folder = try TemporaryFolder()
      let stop = StopFlag()
      let started = Counter()
      let executor = SimulatedExecutor(
        seed: 3, halfway: { _ in if started.next() == moment { stop.request() } }, heedsStop: true)
      let error = #expect(throws: SearchError.self) {
        try search(folder("run"), smallSearch(concurrency: concurrency), executor: executor, stop: stop)
      }
      let text = try #require(error?.description)
      #expect(text.hasPrefix("stopped in generation \(moment / 5 + 1), "))
      #expect(text.hasSuffix(" of 5 trials finished; continue with `resume`"))
      try search(folder("run"), smallSearch(concurrency: concurrency), resume: true)
      #expect(try results(in: folder("run")) == expected)
    }
  }

  @Test(arguments: workers) func theNumberOfWorkersMayChangeOnTheWay(concurrency: Int) throws {
    let expected = try uninterrupted()
    let folder = try TemporaryFolder()
    let executor = SimulatedExecutor(seed: 3, halfway: { if $0.generation == 2 { throw MachineFailure() } })
    #expect(throws: SearchError.self) { try search(folder("run"), smallSearch(), executor: executor) }
    try search(folder("run"), smallSearch(concurrency: concurrency), resume: true)
    #expect(try results(in: folder("run")) == expected)
  }

  /// What can happen to the checkpoints of a run that waits to be resumed.
  enum Damage: CaseIterable, Sendable {
    case lost, emptied, changed, allLost
  }

  @Test(arguments: Damage.allCases, workers)
  func checkpointsThatAreDamagedAreTrainedAgain(damage: Damage, concurrency: Int) throws {
    let expected = try uninterrupted()
    let folder = try TemporaryFolder()
    let executor = SimulatedExecutor(seed: 3, halfway: { if $0.generation == 3 { throw MachineFailure() } })
    #expect(throws: SearchError.self) { try search(folder("run"), smallSearch(), executor: executor) }
    let checkpoints = folder("run/checkpoints/")
    var damaged = try FileManager.default.contentsOfDirectory(atPath: checkpoints).sorted()
    #expect(damaged.filter { $0.hasSuffix(".safetensors") }.count == 10)
    // A trial that is copied or goes on, so that the file is needed.
    let run = try RunDirectory.read(folder("run"))
    let parent = try #require(try SearchJournal(run).segments(generation: 3).first?.plan.parent)
    if damage != .allLost { damaged = ["g0002-t000\(parent).safetensors"] }
    for name in damaged {
      let file = URL(fileURLWithPath: checkpoints + name)
      switch damage {
      case .lost, .allLost: try FileManager.default.removeItem(at: file)
      case .emptied: try Data().write(to: file)
      case .changed:
        var bytes = try Data(contentsOf: file)
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: file)
      }
    }
    let lost = Collected<SegmentPlace>()
    let restored = Collected<Bool>()
    try search(folder("run"), smallSearch(concurrency: concurrency), resume: true) { event in
      if case .checkpointLost(let place) = event { lost.add(place) }
      if case .checkpointRestored(_, let identical) = event { restored.add(identical) }
    }
    #expect(try results(in: folder("run")) == expected)
    #expect(lost.all.count == restored.all.count)
    #expect(restored.all.allSatisfy { $0 })
    if damage == .allLost {
      #expect(lost.all.contains { $0.generation == 0 })
    } else {
      #expect(lost.all == [SegmentPlace(generation: 2, trial: parent)])
    }
  }

  @Test func theResultIsNotNamedWithoutItsCheckpoint() throws {
    let expected = try uninterrupted()
    let folder = try TemporaryFolder()
    let path = folder("run")
    let result = try search(path, smallSearch())
    let fresh = folder("again")
    // All trials of the last generation are finished, and the search is killed before it comes to its end.
    try search(fresh, smallSearch()) { event in
      guard case .segmentFinished(let place, _) = event, place.generation == 3, place.trial == 4 else {
        return
      }
      try? snapshot(fresh, to: folder("killed"))
    }
    let lost = folder("killed/checkpoints/g0003-t000\(result.trial).safetensors")
    try FileManager.default.removeItem(atPath: lost)
    try search(folder("killed"), smallSearch(), resume: true)
    #expect(try results(in: folder("killed")) == expected)
  }

  @Test func aMachineThatDoesNotReproduceItsResultsIsTold() throws {
    let folder = try TemporaryFolder()
    let executor = SimulatedExecutor(seed: 3, halfway: { if $0.generation == 3 { throw MachineFailure() } })
    #expect(throws: SearchError.self) { try search(folder("run"), smallSearch(), executor: executor) }
    let run = try RunDirectory.read(folder("run"))
    let parent = try #require(try SearchJournal(run).segments(generation: 3).first?.plan.parent)
    try FileManager.default.removeItem(atPath: folder("run/checkpoints/g0002-t000\(parent).safetensors"))
    let restored = Collected<Bool>()
    try search(folder("run"), smallSearch(), executor: SimulatedExecutor(seed: 4), resume: true) { event in
      if case .checkpointRestored(_, let identical) = event { restored.add(identical) }
    }
    #expect(restored.all == [false])
  }

  @Test func aFinishedSearchGivesItsResultAgainAndTrainsNothing() throws {
    let folder = try TemporaryFolder()
    let first = try search(folder("run"), smallSearch())
    let expected = try results(in: folder("run"))
    for name in ["schedule.json", "metrics.jsonl"] {
      try FileManager.default.removeItem(atPath: folder("run/" + name))
    }
    let again = try search(
      folder("run"), smallSearch(),
      executor: SimulatedExecutor(seed: 3, halfway: { _ in throw MachineFailure() }), resume: true)
    #expect(again == first)
    #expect(try results(in: folder("run")) == expected)
    #expect(try RunDirectory.read(folder("run")).isFinished)
  }

  @Test func otherSettingsAreRefused() throws {
    let folder = try TemporaryFolder()
    try search(folder("run"), smallSearch())
    var other = smallSearch(concurrency: 4)
    other.data.dataDirectory = "/elsewhere"
    try search(folder("run"), other, resume: true)
    other.recipe.learningRate = 0.05
    other.data.trainSize = 100
    let error = #expect(throws: RunStoreError.self) { try search(folder("run"), other, resume: true) }
    #expect(
      error?.description.contains(
        "learningRate: found 0.05, expected 0.1; trainSize: found 100, expected none") == true)
  }
}
