import Files
import Foundation
import GRDB
import Policies
import RunStore
import TestSupport
import Testing

/// How a store lives through a test: every law must hold for each.
enum Life: String, CaseIterable, Sendable {
  case openedOnce
  case reopenedBeforeEveryStep
}

/// A run directory that a test uses step by step.
final class Store<Configuration: RunConfiguration> {
  let folder: TemporaryFolder
  private let configuration: Configuration
  private let life: Life
  private var run: RunDirectory?

  init(_ configuration: Configuration, _ life: Life) throws {
    self.configuration = configuration
    self.life = life
    folder = try TemporaryFolder()
    run = try RunDirectory.open(
      folder("run"), configuration: configuration, version: "1", resume: false)
  }

  func step<Value>(_ body: (RunDirectory) throws -> Value) throws -> Value {
    if life == .reopenedBeforeEveryStep { run = nil }
    let current =
      try run
      ?? RunDirectory.open(folder("run"), configuration: configuration, version: "2", resume: true)
    run = current
    return try body(current)
  }

  /// Lets go of the run; the next step opens it again.
  func close() { run = nil }
}

@Suite struct SearchJournalTests {
  private let plain = Policy.searchStart
  private let busy: Policy

  init() throws {
    busy = try Policy(searchVector: (0..<60).map { $0 % 10 })
  }

  private let metrics = SegmentMetrics(
    score: 0.1 + 0.2, trainLoss: 1e-300, trainAccuracy: 1, seconds: 12.5)

  private func checkpoint(_ name: String) -> CheckpointRecord {
    CheckpointRecord(file: name, digest: FileDigest(size: 1 << 40, sha256: "0f"))
  }

  private func plan(_ generation: Int, _ trial: Int, parent: Int? = nil, _ policy: Policy) -> SegmentPlan {
    SegmentPlan(
      generation: generation, trial: trial, epochs: generation * 3..<generation * 3 + 3, parent: parent,
      policy: policy)
  }

  @Test(arguments: Life.allCases) func aNewJournalIsEmpty(life: Life) throws {
    let store = try Store(Settings(), life)
    #expect(try store.step { try SearchJournal($0).lastGeneration() } == nil)
    #expect(try store.step { try SearchJournal($0).firstPlannedGeneration() } == nil)
    #expect(try store.step { try SearchJournal($0).segments(generation: 0) }.isEmpty)
  }

  @Test(arguments: Life.allCases) func whatIsRecordedIsReadBack(life: Life) throws {
    let store = try Store(Settings(), life)
    let plans = [plan(0, 2, busy), plan(0, 0, plain), plan(0, 1, plain)]
    try store.step { try SearchJournal($0).plan(plans) }
    var found = try store.step { try SearchJournal($0).segments(generation: 0) }
    #expect(found.map(\.plan) == [plans[1], plans[2], plans[0]])
    #expect(found.allSatisfy { $0.result == nil && $0.lostCheckpoint == nil })

    let done = SegmentResult.done(checkpoint("two"), metrics)
    try store.step {
      try SearchJournal($0).record([
        (place: plans[0].place, result: done), (place: plans[1].place, result: .failed(reason: "it's NaN")),
      ])
    }
    found = try store.step { try SearchJournal($0).segments(generation: 0) }
    #expect(found.map(\.result) == [.failed(reason: "it's NaN"), nil, done])
    #expect(found[2].score == 0.1 + 0.2)
    #expect(found[2].checkpoint == checkpoint("two"))
    #expect(try store.step { try SearchJournal($0).firstPlannedGeneration() } == 0)
    #expect(try store.step { try SearchJournal($0).lastGeneration() } == 0)
  }

  @Test(arguments: Life.allCases) func figuresThatATrainerDoesNotSayAreMissing(life: Life) throws {
    let store = try Store(Settings(), life)
    try store.step { try SearchJournal($0).plan([plan(0, 0, plain)]) }
    let scored = SegmentMetrics(score: -1e6, seconds: 2)
    try store.step {
      try SearchJournal($0).record([
        (place: plan(0, 0, plain).place, result: .done(checkpoint("c"), scored))
      ])
    }
    #expect(try store.step { try SearchJournal($0).segments(generation: 0).first?.metrics } == scored)
  }

  @Test(arguments: Life.allCases) func aLostCheckpointIsRemembered(life: Life) throws {
    let store = try Store(Settings(), life)
    let place = SegmentPlace(generation: 0, trial: 0)
    try store.step { try SearchJournal($0).plan([plan(0, 0, plain)]) }
    try store.step {
      try SearchJournal($0).record([(place: place, result: .done(checkpoint("old"), metrics))])
    }
    try store.step { try SearchJournal($0).planAgain([place]) }
    let again = try store.step { try SearchJournal($0).segments(generation: 0) }
    #expect(again.map(\.result) == [nil])
    #expect(again.map(\.lostCheckpoint) == [checkpoint("old")])
    try store.step {
      try SearchJournal($0).record([(place: place, result: .done(checkpoint("new"), metrics))])
    }
    let restored = try store.step { try SearchJournal($0).segments(generation: 0) }
    #expect(restored.map(\.checkpoint) == [checkpoint("new")])
    #expect(restored.map(\.lostCheckpoint) == [nil])
  }

  @Test(arguments: Life.allCases) func ancestryFollowsTheParents(life: Life) throws {
    let store = try Store(Settings(), life)
    try store.step { try SearchJournal($0).plan([plan(0, 0, plain), plan(0, 1, busy)]) }
    try store.step {
      try SearchJournal($0).plan([plan(1, 0, parent: 1, busy), plan(1, 1, parent: 1, busy)])
    }
    try store.step {
      try SearchJournal($0).plan([plan(2, 0, parent: 0, plain), plan(2, 1, parent: 0, busy)])
    }
    let line = try store.step { try SearchJournal($0).ancestry(of: SegmentPlace(generation: 2, trial: 1)) }
    #expect(line.map(\.plan) == [plan(0, 1, busy), plan(1, 0, parent: 1, busy), plan(2, 1, parent: 0, busy)])
    #expect(try store.step { try SearchJournal($0).lastGeneration() } == 2)
    #expect(
      try store.step { try SearchJournal($0).segments(generations: 1..<3) }.map(\.plan.generation) == [
        1, 1, 2, 2,
      ])
  }

  @Test(arguments: Life.allCases) func aRefusedPlanLeavesNothing(life: Life) throws {
    let store = try Store(Settings(), life)
    try store.step { try SearchJournal($0).plan([plan(0, 0, plain)]) }
    #expect(throws: RunStoreError.self) {
      try store.step { try SearchJournal($0).plan([plan(0, 1, plain), plan(0, 0, plain)]) }
    }
    #expect(try store.step { try SearchJournal($0).segments(generation: 0) }.map(\.plan.trial) == [0])
  }

  @Test(arguments: [
    "UPDATE segment SET seconds = NULL", "UPDATE segment SET size = 'large'",
    "UPDATE segment SET file = NULL",
    "UPDATE policy SET entries = '['", "DELETE FROM policy", "UPDATE segment SET trainLoss = 9e999",
    "UPDATE segment SET validationAccuracy = -9e999", "UPDATE segment SET endEpoch = 9223372036854775807",
    "UPDATE segment SET trial = 9223372036854775807",
  ])
  func anEntryThatIsNotReadableIsAnError(damage: String) throws {
    let store = try Store(Settings(), .reopenedBeforeEveryStep)
    try store.step { try SearchJournal($0).plan([plan(0, 0, plain)]) }
    try store.step {
      try SearchJournal($0).record([(place: plan(0, 0, plain).place, result: .done(checkpoint("c"), metrics))]
      )
    }
    var configuration = Configuration()
    configuration.foreignKeysEnabled = false
    let journal = store.folder("run/run.sqlite")
    try DatabaseQueue(path: journal, configuration: configuration).write { try $0.execute(sql: damage) }
    let error = #expect(throws: RunStoreError.self) {
      try store.step { try SearchJournal($0).segments(generation: 0) }
    }
    #expect(error?.description.hasPrefix("\(journal): the journal is damaged (") == true)
  }

  @Test(arguments: [
    "slot = -5", "slot = 9223372036854775807", "started = -9e999", "trainingSeconds = 9e999",
    "evaluationSeconds = -1",
  ])
  func timesThatCannotBeAreLeftOut(damage: String) throws {
    let store = try Store(Settings(), .reopenedBeforeEveryStep)
    try store.step { try SearchJournal($0).plan([plan(0, 0, plain)]) }
    let times = WorkTimes(
      started: 1e9, slot: 1, preparation: 1, training: 2, evaluation: 3, checkpoint: 4)
    let timed = SegmentMetrics(
      score: 0.5, trainLoss: 1, trainAccuracy: 0.5, seconds: 10, times: times)
    try store.step {
      try SearchJournal($0).record([(place: plan(0, 0, plain).place, result: .done(checkpoint("c"), timed))])
    }
    func read() throws -> SegmentMetrics? {
      try store.step { try SearchJournal($0).segments(generation: 0).first?.metrics }
    }
    #expect(try read()?.times == times)
    try DatabaseQueue(path: store.folder("run/run.sqlite")).write {
      try $0.execute(sql: "UPDATE segment SET \(damage)")
    }
    #expect(try read()?.times == nil)
    #expect(try read()?.seconds == 10)
  }
}
