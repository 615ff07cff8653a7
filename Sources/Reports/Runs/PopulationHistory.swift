import PopulationBasedTraining
import RunStore

/// The history of a search's trials: every segment that has ended, and who descends from whom.
public struct PopulationHistory: Sendable {
  /// A segment that has ended, and its place in the course of the search.
  struct Stretch: Sendable {
    let record: SegmentRecord
    /// Where it begins and ends, counted in results of the whole population.
    ///
    /// In a synchronous search these are its generation and the next number.
    let begin: Double
    let end: Double
    /// The segment of the same trial before it, if it ended otherwise than as this one's parent.
    let left: SegmentPlace?

    var place: SegmentPlace { record.plan.place }
  }

  /// The number of trials.
  let population: Int
  /// By generation, then trial.
  let stretches: [Stretch]
  /// Whether each trial is compared as soon as it has a result.
  let isAsynchronous: Bool
  /// What trials are compared by.
  let objective: Objective
  /// The best trial's ancestry, oldest first, itself the last; empty before there is a best trial.
  public let best: [SegmentRecord]
  /// The places of `best`.
  let bestPlaces: Set<SegmentPlace>
  /// The segments that some trial's newest one descends from, or is.
  let living: Set<SegmentPlace>
  private let byPlace: [SegmentPlace: Stretch]

  /// The history of some segments, in any order.
  ///
  /// The best trial is that of the newest generation of which every trial has ended; of trials that are compared one by
  /// one, that of all their newest results.
  ///
  /// - Parameters:
  ///   - records: the segments, in any order.
  ///   - population: how many trials there are.
  ///   - isAsynchronous: whether trials are compared one by one.
  ///   - objective: what trials are compared by.
  public init(
    _ records: [SegmentRecord], population: Int, isAsynchronous: Bool,
    objective: Objective = .validationAccuracy
  ) {
    self.population = max(population, (records.map(\.plan.trial).max() ?? -1) + 1)
    self.isAsynchronous = isAsynchronous
    self.objective = objective
    // A segment that is planned again, since its checkpoint was lost, had ended nevertheless.
    let ended = records.compactMap { record in
      record.lastResult.map {
        SegmentRecord(plan: record.plan, result: $0, arrival: record.arrival)
      }
    }.sorted { ($0.plan.generation, $0.plan.trial) < ($1.plan.generation, $1.plan.trial) }
    let all = Dictionary(ended.map { ($0.plan.place, $0) }, uniquingKeysWith: { first, _ in first })
    stretches = ended.map { Self.stretch($0, among: all, Double(max(population, 1)), isAsynchronous) }
    byPlace = Dictionary(stretches.map { ($0.place, $0) }, uniquingKeysWith: { first, _ in first })
    let newest = Dictionary(ended.map { ($0.plan.trial, $0) }, uniquingKeysWith: { $1 })
    let candidates =
      isAsynchronous ? Array(newest.values) : Self.newestWhole(ended, population: self.population)
    best = candidates.best(objective.direction).map { Self.ancestry(of: $0, among: all) } ?? []
    bestPlaces = Set(best.map(\.plan.place))
    var living: Set<SegmentPlace> = []
    for record in newest.values {
      var next: SegmentRecord? = record
      while let record = next, living.insert(record.plan.place).inserted {
        next = record.plan.parentPlace.flatMap { all[$0] }
      }
    }
    self.living = living
  }

  subscript(_ place: SegmentPlace) -> Stretch? { byPlace[place] }

  /// The segment that one starts from.
  func parent(of stretch: Stretch) -> Stretch? { stretch.record.plan.parentPlace.flatMap { byPlace[$0] } }

  /// The segments that began as a copy of another trial.
  var copies: [Stretch] { stretches.filter { $0.left != nil } }

  /// Whether a copying trial had reached exactly what the copied one had.
  func isBetweenEquals(_ copy: Stretch) -> Bool {
    guard let own = copy.left.flatMap({ byPlace[$0] })?.record.score else { return false }
    return own == parent(of: copy)?.record.score
  }

  /// What is added to the number of copies where some were between trials that were equally good.
  var equalCopiesText: String {
    let equal = copies.count(where: isBetweenEquals)
    let figure = objective.name == nil ? "accuracy" : "score"
    return equal == 0 ? "" : ", \(equal) of them between trials of equal \(figure)"
  }

  /// Whether segments have ended, and none of them says what the training loss was.
  var hasNoTrainLoss: Bool {
    let ended = stretches.compactMap(\.record.metrics)
    return !ended.isEmpty && ended.allSatisfy { $0.trainLoss == nil }
  }

  /// The names of what the trainer reports beside score, loss and accuracy, in order.
  var figureNames: [String] {
    Set(stretches.lazy.compactMap(\.record.metrics).flatMap(\.figures.keys)).sorted()
  }

  /// The number of generations that have begun to end.
  var generations: Int { (stretches.map(\.record.plan.generation).max() ?? -1) + 1 }

  /// The epochs that the furthest trial has trained.
  var epochs: Int { stretches.map(\.record.plan.epochs.upperBound).max() ?? 0 }

  private static func stretch(
    _ record: SegmentRecord, among all: [SegmentPlace: SegmentRecord], _ population: Double,
    _ isAsynchronous: Bool
  ) -> Stretch {
    let plan = record.plan
    let before = SegmentPlace(generation: plan.generation - 1, trial: plan.trial)
    let isCopy = plan.parentPlace.map { $0 != before } ?? false
    func arrival(_ place: SegmentPlace) -> Double? {
      all[place]?.arrival.map { Double($0) / population }
    }
    return Stretch(
      record: record,
      begin: isAsynchronous ? arrival(before) ?? 0 : Double(plan.generation),
      end: isAsynchronous ? arrival(plan.place) ?? 0 : Double(plan.generation + 1),
      left: isCopy ? before : nil)
  }

  private static func newestWhole(_ ended: [SegmentRecord], population: Int) -> [SegmentRecord] {
    Dictionary(grouping: ended, by: \.plan.generation).filter { $0.value.count == population }
      .max { $0.key < $1.key }?.value ?? []
  }

  private static func ancestry(
    of record: SegmentRecord, among all: [SegmentPlace: SegmentRecord]
  ) -> [SegmentRecord] {
    var line: [SegmentRecord] = []
    var seen: Set<SegmentPlace> = []
    var next: SegmentRecord? = record
    while let record = next, seen.insert(record.plan.place).inserted {
      line.append(record)
      next = record.plan.parentPlace.flatMap { all[$0] }
    }
    return line.reversed()
  }
}
