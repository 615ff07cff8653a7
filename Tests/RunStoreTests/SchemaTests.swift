import Files
import Foundation
import GRDB
import Policies
import RunStore
import TestSupport
import Testing

/// Journals of older versions keep opening.
@Suite struct SchemaTests {
  /// The tables of the first version, with two generations of a search.
  private func writeFirstVersion(_ path: String) throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let database = try DatabaseQueue(path: path + "/run.sqlite")
    try database.write { database in
      try database.execute(
        sql: """
          CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
          INSERT INTO grdb_migrations VALUES ('1');
          CREATE TABLE run (
            id INTEGER PRIMARY KEY CHECK (id = 1), kind TEXT NOT NULL, configuration TEXT NOT NULL,
            version TEXT NOT NULL, finished INTEGER NOT NULL DEFAULT 0 CHECK (finished IN (0, 1)));
          CREATE TABLE policy (id INTEGER PRIMARY KEY, entries TEXT NOT NULL UNIQUE);
          CREATE TABLE segment (
            generation INTEGER NOT NULL CHECK (generation >= 0), trial INTEGER NOT NULL CHECK (trial >= 0),
            startEpoch INTEGER NOT NULL, endEpoch INTEGER NOT NULL CHECK (endEpoch > startEpoch),
            parent INTEGER CHECK ((parent IS NULL) = (generation = 0)),
            policy INTEGER NOT NULL REFERENCES policy (id),
            state TEXT NOT NULL DEFAULT 'planned' CHECK (state IN ('planned', 'done', 'failed')),
            file TEXT, size INTEGER, sha256 TEXT, validationAccuracy REAL, trainLoss REAL, trainAccuracy REAL,
            seconds REAL, reason TEXT, PRIMARY KEY (generation, trial)) WITHOUT ROWID;
          CREATE TABLE epoch (epoch INTEGER PRIMARY KEY CHECK (epoch >= 0), metrics TEXT NOT NULL);
          CREATE TABLE checkpoint (
            epochs INTEGER PRIMARY KEY CHECK (epochs > 0), file TEXT NOT NULL, size INTEGER NOT NULL,
            sha256 TEXT NOT NULL);
          INSERT INTO policy VALUES (1, 'Rotate 0 3');
          INSERT INTO segment (generation, trial, startEpoch, endEpoch, policy, state, file, size, sha256,
              validationAccuracy, trainLoss, trainAccuracy, seconds) VALUES
            (0, 0, 0, 3, 1, 'done', 'a', 1, '0f', 0.5, 1, 0.5, 2),
            (0, 1, 0, 3, 1, 'done', 'b', 1, '0f', 0.5, 1, 0.5, 2);
          INSERT INTO segment (generation, trial, startEpoch, endEpoch, parent, policy) VALUES
            (1, 0, 3, 6, 1, 1), (1, 1, 3, 6, 1, 1);
          """)
      let configuration = String(decoding: try JSONEncoder().encode(Settings()), as: UTF8.self)
      try database.execute(
        sql: "INSERT INTO run (id, kind, configuration, version) VALUES (1, 'search', ?, '0.1')",
        arguments: [configuration])
    }
  }

  @Test func aJournalOfTheFirstVersionIsReadAndContinued() throws {
    let folder = try TemporaryFolder()
    let path = folder("run")
    try writeFirstVersion(path)
    let second = SegmentPlace(generation: 1, trial: 0)
    let parent = SegmentPlace(generation: 0, trial: 1)
    // Once to look at, when nothing may be changed, and once to go on with.
    for run in [
      try RunDirectory.read(path),
      try RunDirectory.open(path, configuration: Settings(), version: "2", resume: true),
    ] {
      let journal = SearchJournal(run)
      let segments = try journal.segments(generations: 0..<2)
      #expect(segments.map(\.plan.parent) == [nil, nil, 1, 1])
      #expect(segments.map(\.plan.parentGeneration) == [nil, nil, 0, 0])
      #expect(segments.allSatisfy { $0.arrival == nil })
      #expect(segments.map(\.metrics?.seconds) == [2, 2, nil, nil])
      #expect(segments.allSatisfy { $0.metrics?.times == nil })
      #expect(try journal.ancestry(of: second).map(\.plan.place) == [parent, second])
    }
  }

  @Test(arguments: Life.allCases) func arrivalsArePartOfTheJournal(life: Life) throws {
    let store = try Store(Settings(), life)
    let metrics = SegmentMetrics(score: 0.5, trainLoss: 1, trainAccuracy: 0.5, seconds: 1)
    func done(_ name: String) -> SegmentResult {
      .done(CheckpointRecord(file: name, digest: FileDigest(size: 1, sha256: "0f")), metrics)
    }
    func place(_ generation: Int, _ trial: Int) -> SegmentPlace {
      SegmentPlace(generation: generation, trial: trial)
    }
    let first = (0..<2).map {
      SegmentPlan(generation: 0, trial: $0, epochs: 0..<3, parent: nil, policy: .searchStart)
    }
    let ahead = SegmentPlan(generation: 1, trial: 1, epochs: 3..<6, parent: 1, policy: .searchStart)
    let copy = SegmentPlan(
      generation: 1, trial: 0, epochs: 6..<9, parent: 1, parentGeneration: 1, policy: .searchStart)
    try store.step { try SearchJournal($0).plan(first) }
    try store.step {
      try SearchJournal($0).record(
        [SegmentArrival(place: place(0, 1), result: done("b"), number: 1)], planning: [ahead])
    }
    try store.step {
      try SearchJournal($0).record(
        [
          SegmentArrival(place: place(1, 1), result: done("c"), number: 2),
          SegmentArrival(place: place(0, 0), result: .failed(reason: "NaN"), number: 3),
        ], planning: [copy])
    }
    let found = try store.step { try SearchJournal($0).segmentsByArrival() }
    #expect(found.map(\.arrival) == [1, 2, 3, nil])
    #expect(found.map(\.plan) == [first[1], ahead, first[0], copy])
    #expect(
      try store.step { try SearchJournal($0).ancestry(of: copy.place) }.map(\.plan)
        == [first[1], ahead, copy])
    // A result that contradicts the order is refused with all that comes with it.
    #expect(throws: RunStoreError.self) {
      try store.step {
        try SearchJournal($0).record(
          [SegmentArrival(place: copy.place, result: done("d"), number: 3)],
          planning: [
            SegmentPlan(generation: 2, trial: 0, epochs: 9..<12, parent: 0, policy: .searchStart)
          ])
      }
    }
    #expect(try store.step { try SearchJournal($0).segmentsByArrival() } == found)
  }

  @Test(arguments: Life.allCases) func timesOfSegmentsAreReadBack(life: Life) throws {
    let store = try Store(Settings(), life)
    let times = WorkTimes(
      started: 1_700_000_000.25, slot: 3, preparation: 0.5, training: 20, evaluation: 2, checkpoint: 0.125)
    let plans = (0..<2).map {
      SegmentPlan(generation: 0, trial: $0, epochs: 0..<3, parent: nil, policy: .searchStart)
    }
    try store.step { try SearchJournal($0).plan(plans) }
    let checkpoint = CheckpointRecord(file: "a", digest: FileDigest(size: 1, sha256: "0f"))
    try store.step { run in
      try SearchJournal(run).record(
        plans.enumerated().map { index, plan in
          (
            plan.place,
            .done(
              checkpoint,
              SegmentMetrics(
                score: 0.5, trainLoss: 1, trainAccuracy: 0.5, seconds: times.total,
                times: index == 0 ? times : nil))
          )
        })
    }
    let found = try store.step { try SearchJournal($0).segments(generation: 0) }
    #expect(found.map(\.metrics?.times) == [times, nil])
  }
}
