import Augmentation
import GRDB
import Text

/// Which segments the journal of a search must hold, as its settings decide.
struct SearchShape: Hashable, Sendable {
  let population: Int
  let interval: Int
  let epochs: Int
  let isAsynchronous: Bool
  /// The scores that its objective can have.
  let scores: ClosedRange<Double>
  let checkpoints: CheckpointFormat

  /// The column of scores, by the name of the one that the first version had.
  static let scoreColumn = "validationAccuracy"

  /// Throws `DatabaseError` unless the segments of a journal are some that a search can have made.
  func verify(_ database: Database) throws {
    try verifyScores(database)
    // The first version had not all columns; it is brought up to date when it is opened to write.
    guard try database.columns(in: "segment").contains(where: { $0.name == "arrival" }) else { return }
    try verifyNames(database)
    if isAsynchronous { try verifyArrivals(database) } else { try verifyGenerations(database) }
  }

  /// Where the segment ends that begins after so many epochs.
  private func end(after start: Int) -> Int { min(start + interval, epochs) }

  private func verifyScores(_ database: Database) throws {
    let (low, high) = (scores.lowerBound, scores.upperBound)
    let row = try Row.fetchOne(
      database,
      sql: """
        SELECT \(Self.scoreColumn) AS score FROM segment
        WHERE score IS NOT NULL AND NOT (typeof(score) IN ('real', 'integer') AND score BETWEEN ? AND ?)
        """, arguments: [low, high])
    if let row { throw Row.outside(Self.scoreColumn, "\(row["score"] ?? DatabaseValue.null)") }
  }

  /// Checkpoints are deleted by the names in the journal: each must be the one that this program gives.
  private func verifyNames(_ database: Database) throws {
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT generation, trial, file FROM segment
        WHERE file IS NOT NULL AND file != printf('g%04d-t%04d\(checkpoints.suffix)', generation, trial)
        """)
    guard let row = try rows.next() else { return }
    let place = SegmentPlace(generation: try row.checked("generation"), trial: try row.checked("trial"))
    throw JournalShape.damage(
      "\(place): found the checkpoint \((try row.checked("file") as String).debugDescription)",
      place.checkpointName(checkpoints))
  }

  // MARK: - All trials compared at once

  /// Each generation is there as a whole, from the first to the last; its parents are of the one before.
  private func verifyGenerations(_ database: Database) throws {
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT generation, count(*) AS segments, min(trial) AS firstTrial, max(trial) AS lastTrial,
          min(startEpoch) AS firstStart, max(startEpoch) AS lastStart, min(endEpoch) AS firstEnd, max(endEpoch) AS lastEnd,
          count(parent) AS parents, min(parent) AS firstParent, max(parent) AS lastParent,
          count(parentGeneration) AS origins, min(parentGeneration) AS firstOrigin, max(parentGeneration) AS lastOrigin, count(arrival) AS arrivals
        FROM segment GROUP BY generation ORDER BY generation
        """)
    var expected = 0
    while let row = try rows.next() {
      func require(_ column: String, _ value: Int?, _ words: String) throws {
        let found: Int? = try row.checkedIfPresent(column)
        guard found != value else { return }
        throw JournalShape.damage(
          "generation \(expected + 1): found \(found.map(String.init) ?? "none") for \(words)",
          value.map(String.init) ?? "none")
      }
      try require("generation", expected, "its number, from 0")
      let start = expected * interval
      guard start < epochs else {
        throw JournalShape.damage(
          "found generation \(expected + 1)", "\(expected), the last of \(counted(epochs, "epoch"))")
      }
      try require("segments", population, "the number of its trials")
      try require("firstTrial", 0, "its first trial")
      try require("lastTrial", population - 1, "its last trial")
      for column in ["firstStart", "lastStart"] { try require(column, start, "its first epoch") }
      for column in ["firstEnd", "lastEnd"] { try require(column, end(after: start), "its end") }
      for column in ["parents", "origins"] {
        try require(column, expected == 0 ? 0 : population, "the number of its parents")
      }
      for column in ["firstOrigin", "lastOrigin"] {
        try require(column, expected == 0 ? nil : expected - 1, "the generation of its parents")
      }
      for column in ["firstParent", "lastParent"] {
        guard let parent: Int = try row.checkedIfPresent(column) else { continue }
        guard (0..<population).contains(parent) else {
          throw JournalShape.damage(
            "generation \(expected + 1): found the parent \(parent)", "a trial from 0 to \(population - 1)")
        }
      }
      try require("arrivals", 0, "the number of results in an order of their own")
      expected += 1
    }
  }

  // MARK: - Trials compared one by one

  /// What decides about a segment's place among the others.
  private struct Link {
    let epochs: Range<Int>
    let parent: SegmentPlace?
    let hasFailed: Bool
    let isPlanned: Bool
    let arrival: Int?
  }

  /// Each trial's segments follow one another without a gap, each from a parent whose result came before its own.
  private func verifyArrivals(_ database: Database) throws {
    let links = try links(database)
    guard !links.isEmpty else { return }
    for trial in 0..<population {
      let first = SegmentPlace(generation: 0, trial: trial)
      guard links[first] != nil else { throw JournalShape.damage("found no \(first)", "one") }
    }
    var arrivals: Set<Int> = []
    for (place, link) in links {
      try verify(link, at: place, among: links)
      if let arrival = link.arrival, !arrivals.insert(arrival).inserted {
        throw JournalShape.damage("found two results with the number \(arrival)", "one")
      }
    }
    guard let last = arrivals.max(), last != arrivals.count || arrivals.contains(where: { $0 < 1 }) else {
      return
    }
    throw JournalShape.damage(
      "found \(counted(arrivals.count, "result")) numbered up to \(last)", "every number once")
  }

  private func links(_ database: Database) throws -> [SegmentPlace: Link] {
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT generation, trial, startEpoch, endEpoch, parent, parentGeneration, state, arrival FROM segment
        """)
    var links: [SegmentPlace: Link] = [:]
    while let row = try rows.next() {
      let place = SegmentPlace(generation: try row.count("generation"), trial: try row.count("trial"))
      let (start, end) = (try row.count("startEpoch"), try row.count("endEpoch"))
      guard place.trial < population, start < epochs, end == self.end(after: start) else {
        throw JournalShape.damage(
          "\(place): found the epochs \(start) to \(end)",
          "one of \(counted(population, "trial")), epochs up to \(epochs)")
      }
      let parent: Int? = try row.checkedIfPresent("parent")
      let origin: Int? = try row.checkedIfPresent("parentGeneration")
      guard (parent == nil) == (place.generation == 0), (origin == nil) == (parent == nil) else {
        throw JournalShape.damage(
          "\(place): found another parent", "none for the first segments, one for the others")
      }
      let state: String = try row.checked("state")
      links[place] = Link(
        epochs: start..<end,
        parent: parent.flatMap { trial in origin.map { SegmentPlace(generation: $0, trial: trial) } },
        hasFailed: state == "failed", isPlanned: state == "planned",
        arrival: try row.checkedIfPresent("arrival"))
    }
    return links
  }

  private func verify(_ link: Link, at place: SegmentPlace, among links: [SegmentPlace: Link]) throws {
    guard link.arrival != nil || link.isPlanned else {
      throw JournalShape.damage("\(place): found a result without a number", "one")
    }
    guard let parentPlace = link.parent else {
      guard link.epochs.lowerBound == 0 else {
        throw JournalShape.damage("\(place): found the first epoch \(link.epochs.lowerBound)", "0")
      }
      return
    }
    let before = SegmentPlace(generation: place.generation - 1, trial: place.trial)
    for (origin, words) in [(before, "the segment before it"), (parentPlace, "its parent")] {
      // It was planned because this one had its result, so no line of parents leads back to where it began.
      guard let found = links[origin], let arrival = found.arrival, arrival < link.arrival ?? .max,
        found.epochs.upperBound < epochs
      else { throw JournalShape.damage("\(place): found no earlier result of \(origin)", "one: \(words)") }
    }
    guard let parent = links[parentPlace], !parent.hasFailed,
      parent.epochs.upperBound == link.epochs.lowerBound
    else {
      throw JournalShape.damage(
        "\(place): found the parent \(parentPlace)",
        "one that ended after \(counted(link.epochs.lowerBound, "epoch"))")
    }
  }
}

extension SegmentPlace: CustomStringConvertible {
  /// As in "trial 3 of generation 2", which counts from 1.
  public var description: String { "trial \(trial) of generation \(generation &+ 1)" }
}
