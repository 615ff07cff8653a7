import Augmentation
import Foundation
import GRDB
import Policies

/// The journal of a search: its segments, planned and finished.
///
/// Each call that changes it is one transaction, durable when the call returns.
public struct SearchJournal: Sendable {
  private let database: RunDatabase
  private let policyText: PolicyText

  /// The journal of a run of the kind `search`.
  ///
  /// - Parameters:
  ///   - run: the folder of the search.
  ///   - space: what its policies belong to; nil for the space among the run's settings, or PBA's where there is none.
  ///     The journal has names of operations and numbers alone.
  public init(_ run: RunDirectory, space: SearchSpace? = nil) {
    database = run.database
    policyText = PolicyText(space ?? run.space ?? .pba)
  }

  /// How many pages of the journal's file were looked at since the run was opened.
  package func pagesRead() throws -> Int { try database.pagesRead() }

  /// Records segments to be trained.
  public func plan(_ plans: [SegmentPlan]) throws {
    try database.write { try insert(plans, $0) }
    try database.merge()
  }

  /// Brings what was recorded from SQLite's log into the journal itself, as `plan` does.
  public func merge() throws { try database.merge() }

  /// Records how segments ended.
  ///
  /// Their checkpoints must be published before.
  public func record(_ results: [(place: SegmentPlace, result: SegmentResult)]) throws {
    try database.write { database in
      for (place, result) in results { try Self.update(place, result, arrival: nil, database) }
    }
  }

  /// Records results in the order in which they were compared, and the segments that follow from them, as one.
  ///
  /// The results' checkpoints must be published before.
  public func record(_ arrivals: [SegmentArrival], planning plans: [SegmentPlan]) throws {
    try database.write { database in
      for arrival in arrivals {
        try Self.update(arrival.place, arrival.result, arrival: arrival.number, database)
      }
      try insert(plans, database)
    }
  }

  private func insert(_ plans: [SegmentPlan], _ database: Database) throws {
    let insert = try database.cachedStatement(
      sql: """
        INSERT INTO segment (generation, trial, startEpoch, endEpoch, parent, parentGeneration, policy, tuned, planDigest,
          state, outcomeDigest)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'planned', ?)
        """)
    var identifiers: [Policy: Int64] = [:]
    for plan in plans {
      let policy = try identifiers[plan.policy] ?? identifier(of: plan.policy, database)
      identifiers[plan.policy] = policy
      let values: [(any DatabaseValueConvertible)?] = [
        plan.generation, plan.trial, plan.epochs.lowerBound, plan.epochs.upperBound, plan.parent,
        plan.parentGeneration, policy, try FigureText.text(of: plan.tuned),
      ]
      let outcome = try Self.outcome(of: plan.place, state: "planned", arrival: nil)
      try insert.execute(
        arguments: StatementArguments(values)
          + [RowSeal.plan.digest(values), RowSeal.outcome.digest(outcome)])
    }
  }

  /// The values of a segment's key and of the columns of its outcome, in the order of ``RowSeal/outcome``.
  private static func outcome(
    of place: SegmentPlace, state: String, arrival: Int?, _ checkpoint: CheckpointRecord? = nil,
    _ metrics: SegmentMetrics? = nil, reason: String? = nil
  ) throws -> [(any DatabaseValueConvertible)?] {
    [
      place.generation, place.trial, state, arrival, checkpoint?.file, checkpoint?.digest.size,
      checkpoint?.digest.sha256, metrics?.score, metrics?.trainLoss, metrics?.trainAccuracy,
      metrics?.seconds, reason, try metrics.flatMap { try FigureText.text(of: $0.figures) },
    ]
  }

  private static func update(
    _ place: SegmentPlace, _ result: SegmentResult, arrival: Int?, _ database: Database
  ) throws {
    let outcome: [(any DatabaseValueConvertible)?]
    var times: WorkTimes?
    switch result {
    case .done(let checkpoint, let metrics):
      outcome = try self.outcome(of: place, state: "done", arrival: arrival, checkpoint, metrics)
      times = metrics.times
    case .failed(let reason):
      outcome = try self.outcome(of: place, state: "failed", arrival: arrival, reason: reason)
    }
    let seal = RowSeal.outcome
    let update = try database.cachedStatement(sql: recording)
    try update.execute(
      arguments: StatementArguments(outcome.dropFirst(seal.key.count)) + [seal.digest(outcome)]
        + WorkTimes.arguments(times) + [place.generation, place.trial])
  }

  /// Records an outcome, the times of the work and the digest.
  private static let recording =
    "UPDATE segment SET "
    + (RowSeal.outcome.sealed + [RowSeal.outcome.digest]).map { $0 + " = ?" }.joined(separator: ", ")
    + ", \(WorkTimes.assignments) WHERE generation = ? AND trial = ?"

  /// What is read of a segment: in a journal with digests the columns in their order, otherwise those that there are.
  private var columns: String {
    database.isCurrent ? Self.currentColumns : database.isSealed ? Self.earlierColumns : "*"
  }

  private static let currentColumns = columns { $0 }
  /// The same of a journal that has not those that came later.
  private static let earlierColumns = columns { "NULL AS " + $0 }

  private static func columns(later: (String) -> String) -> String {
    func sealed(_ seal: RowSeal) -> [String] { seal.columns + seal.later.map(later) + [seal.digest] }
    return (RowSeal.plan.key + sealed(.plan) + sealed(.outcome) + WorkTimes.columns).joined(separator: ", ")
  }

  private static let firstOfPlan = RowSeal.plan.key.count
  private static let firstOfOutcome = firstOfPlan + RowSeal.plan.sealed.count + 1

  private func verifyOutcome(_ row: Row) throws {
    if database.isSealed { try RowSeal.outcome.verify(row, from: Self.firstOfOutcome) }
  }

  /// Plans finished segments again, since their checkpoints are damaged or lost.
  public func planAgain(_ places: [SegmentPlace]) throws {
    try database.write { database in
      for place in places {
        let arguments: StatementArguments = [place.generation, place.trial]
        try database.execute(
          sql: "UPDATE segment SET state = 'planned' WHERE generation = ? AND trial = ?", arguments: arguments
        )
        try RowSeal.outcome.write(database, where: "generation = ? AND trial = ?", arguments: arguments)
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
        sql: "SELECT \(columns) FROM segment WHERE generation >= ? AND generation < ? AND state != 'planned'")
      let rows = try Row.fetchCursor(
        select, arguments: [generations.lowerBound, generations.upperBound])
      var results: [SegmentPlace: SegmentResult] = [:]
      while let row = try rows.next() {
        try verifyOutcome(row)
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
      // No segment is its own ancestor; a journal that says so must not be followed without end.
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
      sql: "SELECT \(columns) FROM segment WHERE \(condition) ORDER BY \(order)")
    let rows = try Row.fetchCursor(select, arguments: arguments)
    var records: [SegmentRecord] = []
    while let row = try rows.next() {
      if self.database.isSealed { try RowSeal.plan.verify(row, from: Self.firstOfPlan) }
      try verifyOutcome(row)
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
    let next = try database.cachedStatement(sql: "SELECT coalesce(max(id), 0) + 1 FROM policy")
    guard let identifier = try Int64.fetchOne(next) else { throw Row.outside("id", "no number") }
    try database.cachedStatement(sql: "INSERT INTO policy (id, entries, digest) VALUES (?, ?, ?)")
      .execute(arguments: [identifier, entries, RowSeal.policy.digest([identifier, entries])])
    return identifier
  }

  private func policy(_ identifier: Int64, _ database: Database) throws -> Policy {
    if let known = self.database.policies.policy(identifier) { return known }
    let select = try database.cachedStatement(sql: "SELECT * FROM policy WHERE id = ?")
    guard let row = try Row.fetchOne(select, arguments: [identifier]) else {
      throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "policy \(identifier) is missing")
    }
    try self.database.verify(row, .policy)
    do {
      let policy = try policyText.policy(row.checked("entries"))
      self.database.policies.add(policy, identifier)
      return policy
    } catch {
      throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "policy \(identifier): \(error)")
    }
  }
}
