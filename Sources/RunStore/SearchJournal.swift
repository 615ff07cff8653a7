import Foundation
import GRDB
import Policies

/// The journal of a search: its segments, planned and finished.
///
/// Each call that changes it is one transaction, durable when the call returns.
public struct SearchJournal: Sendable {
  private let database: RunDatabase

  /// The journal of a run of the kind `search`.
  public init(_ run: RunDirectory) {
    database = run.database
  }

  /// How many pages of the journal's file were looked at since the run was opened.
  package func pagesRead() throws -> Int { try database.pagesRead() }

  /// Records segments to be trained.
  public func plan(_ plans: [SegmentPlan]) throws {
    try database.write { try insert(plans, $0) }
  }

  /// Records how segments ended.
  ///
  /// Their checkpoints must be published before.
  public func record(_ results: [(place: SegmentPlace, result: SegmentResult)]) throws {
    try database.write { database in
      for (place, result) in results { try Self.update(place, result, database) }
    }
  }

  /// Records results in the order in which they were compared, and the segments that follow from them, as one.
  ///
  /// The results' checkpoints must be published before.
  public func record(_ arrivals: [SegmentArrival], planning plans: [SegmentPlan]) throws {
    try database.write { database in
      for arrival in arrivals {
        try Self.update(arrival.place, arrival.result, database)
        try database.cachedStatement(
          sql: "UPDATE segment SET arrival = ? WHERE generation = ? AND trial = ?"
        ).execute(arguments: [arrival.number, arrival.place.generation, arrival.place.trial])
      }
      try insert(plans, database)
    }
  }

  private func insert(_ plans: [SegmentPlan], _ database: Database) throws {
    let insert = try database.cachedStatement(
      sql: """
        INSERT INTO segment (generation, trial, startEpoch, endEpoch, parent, parentGeneration, policy)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """)
    var identifiers: [Policy: Int64] = [:]
    for plan in plans {
      let policy = try identifiers[plan.policy] ?? identifier(of: plan.policy, database)
      identifiers[plan.policy] = policy
      try insert.execute(arguments: [
        plan.generation, plan.trial, plan.epochs.lowerBound, plan.epochs.upperBound, plan.parent,
        plan.parentGeneration, policy,
      ])
    }
  }

  private static func update(_ place: SegmentPlace, _ result: SegmentResult, _ database: Database) throws {
    switch result {
    case .done(let checkpoint, let metrics):
      let update = try database.cachedStatement(
        sql: """
          UPDATE segment SET state = 'done', file = ?, size = ?, sha256 = ?,
            validationAccuracy = ?, trainLoss = ?, trainAccuracy = ?, seconds = ?, \(WorkTimes.assignments)
          WHERE generation = ? AND trial = ?
          """)
      try update.execute(
        arguments: [
          checkpoint.file, checkpoint.digest.size, checkpoint.digest.sha256,
          metrics.validationAccuracy, metrics.trainLoss, metrics.trainAccuracy, metrics.seconds,
        ] + WorkTimes.arguments(metrics.times) + [place.generation, place.trial])
    case .failed(let reason):
      try database.execute(
        sql: "UPDATE segment SET state = 'failed', reason = ? WHERE generation = ? AND trial = ?",
        arguments: [reason, place.generation, place.trial])
    }
  }

  /// Plans finished segments again, since their checkpoints are damaged or lost.
  public func planAgain(_ places: [SegmentPlace]) throws {
    try database.write { database in
      for place in places {
        try database.execute(
          sql: "UPDATE segment SET state = 'planned' WHERE generation = ? AND trial = ?",
          arguments: [place.generation, place.trial])
      }
    }
  }

  /// The generation planned last; `nil` before the first.
  public func lastGeneration() throws -> Int? {
    try database.read { try Int.fetchOne($0, sql: "SELECT max(generation) FROM segment") }
  }

  /// The lowest generation with a segment still to be trained; `nil` when all are finished.
  public func firstPlannedGeneration() throws -> Int? {
    try database.read {
      try Int.fetchOne($0, sql: "SELECT min(generation) FROM segment WHERE state = 'planned'")
    }
  }

  /// How many segments of a generation are still to be trained.
  public func plannedSegments(generation: Int) throws -> Int {
    try database.read {
      try Int.fetchOne(
        $0, sql: "SELECT count(*) FROM segment WHERE generation = ? AND state = 'planned'",
        arguments: [generation]) ?? 0
    }
  }

  /// How the finished segments of some generations ended, without their policies.
  public func results(generations: Range<Int>) throws -> [SegmentPlace: SegmentResult] {
    try database.read { database in
      let select = try database.cachedStatement(
        sql: "SELECT * FROM segment WHERE generation >= ? AND generation < ? AND state != 'planned'")
      let rows = try Row.fetchCursor(
        select, arguments: [generations.lowerBound, generations.upperBound])
      var results: [SegmentPlace: SegmentResult] = [:]
      while let row = try rows.next() {
        let place = SegmentPlace(
          generation: try row.checked("generation"), trial: try row.checked("trial"))
        results[place] = try SegmentResult(row, state: try row.checked("state"))
      }
      return results
    }
  }

  /// The segments of one generation by ascending trial.
  public func segments(generation: Int) throws -> [SegmentRecord] {
    try fetch(where: "generation = ?", order: "trial", arguments: [generation])
  }

  /// The segments of some generations by ascending generation, then trial.
  public func segments(generations: Range<Int>) throws -> [SegmentRecord] {
    try fetch(
      where: "generation >= ? AND generation < ?", order: "generation, trial",
      arguments: [generations.lowerBound, generations.upperBound])
  }

  /// Every segment: finished ones in the order in which their results were compared, then the others.
  public func segmentsByArrival() throws -> [SegmentRecord] {
    try fetch(where: "TRUE", order: "arrival IS NULL, arrival, generation, trial", arguments: [])
  }

  /// One segment; `nil` where there is none of that place.
  public func segment(at place: SegmentPlace) throws -> SegmentRecord? {
    try fetch(
      where: "generation = ? AND trial = ?", order: "trial", arguments: [place.generation, place.trial]
    ).first
  }

  /// The segments that a state descends from, itself the last, oldest first.
  public func ancestry(of place: SegmentPlace) throws -> [SegmentRecord] {
    try database.read { database in
      var line: [SegmentRecord] = []
      // No segment is its own ancestor; a journal that says so must not be followed for ever.
      var seen: Set<SegmentPlace> = []
      var next: SegmentPlace? = place
      while let place = next, seen.insert(place).inserted {
        let found = try fetch(
          where: "generation = ? AND trial = ?", order: "trial", arguments: [place.generation, place.trial],
          database)
        guard let record = found.first else { break }
        line.append(record)
        next = record.plan.parentPlace
      }
      return line.reversed()
    }
  }

  private func fetch(
    where condition: String, order: String, arguments: StatementArguments
  ) throws -> [SegmentRecord] {
    try database.read { try fetch(where: condition, order: order, arguments: arguments, $0) }
  }

  private func fetch(
    where condition: String, order: String, arguments: StatementArguments, _ database: Database
  ) throws -> [SegmentRecord] {
    let select = try database.cachedStatement(
      sql: "SELECT * FROM segment WHERE \(condition) ORDER BY \(order)")
    let rows = try Row.fetchCursor(select, arguments: arguments)
    var records: [SegmentRecord] = []
    while let row = try rows.next() {
      records.append(try SegmentRecord(row, policy: policy(row.checked("policy"), database)))
    }
    return records
  }

  /// The number of a policy in the journal, which has it from now on.
  private func identifier(of policy: Policy, _ database: Database) throws -> Int64 {
    if let known = self.database.policies.identifier(of: policy) { return known }
    let entries = PolicyText.text(of: policy)
    let find = try database.cachedStatement(sql: "SELECT id FROM policy WHERE entries = ?")
    if let known = try Int64.fetchOne(find, arguments: [entries]) { return known }
    try database.cachedStatement(sql: "INSERT INTO policy (entries) VALUES (?)").execute(arguments: [entries])
    return database.lastInsertedRowID
  }

  private func policy(_ identifier: Int64, _ database: Database) throws -> Policy {
    if let known = self.database.policies.policy(identifier) { return known }
    let select = try database.cachedStatement(sql: "SELECT entries FROM policy WHERE id = ?")
    guard let entries = try String.fetchOne(select, arguments: [identifier]) else {
      throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "policy \(identifier) is missing")
    }
    do {
      let policy = try PolicyText.policy(entries)
      self.database.policies.add(policy, identifier)
      return policy
    } catch {
      throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "policy \(identifier): \(error)")
    }
  }
}

extension SegmentRecord {
  fileprivate init(_ row: Row, policy: Policy) throws {
    let (start, end) = (try row.count("startEpoch"), try row.count("endEpoch"))
    let plan = SegmentPlan(
      generation: try row.count("generation"), trial: try row.count("trial"),
      epochs: start..<max(start, end), parent: try row.checkedIfPresent("parent"),
      parentGeneration: try row.checkedIfPresent("parentGeneration"), policy: policy)
    let state: String = try row.checked("state")
    let result = try SegmentResult(row, state: state)
    let lost = try result == nil && row["file"] != nil ? SegmentResult(row, state: "done") : nil
    self.init(
      plan: plan, result: result, lostResult: lost, arrival: try row.checkedIfPresent("arrival"))
  }
}

extension SegmentResult {
  /// `nil` while the segment is planned.
  fileprivate init?(_ row: Row, state: String) throws {
    switch state {
    case "planned": return nil
    case "failed": self = .failed(reason: try row.checked("reason"))
    default:
      self = .done(
        try row.checkpoint(),
        SegmentMetrics(
          validationAccuracy: try row.number("validationAccuracy"), trainLoss: try row.number("trainLoss"),
          trainAccuracy: try row.number("trainAccuracy"), seconds: try row.number("seconds"),
          times: try row.workTimes()))
    }
  }

  /// The checkpoint of a segment that was trained to its end.
  public var checkpoint: CheckpointRecord? {
    if case .done(let checkpoint, _) = self { checkpoint } else { nil }
  }
}
