import Interop
import Policies
import PopulationBasedTraining
import RunStore
import Search

/// What TensorBoard shows of a search, made of its results one after another.
///
/// Each trial has a group with its figures over the epochs trained. The group `population` has best and median and the
/// best trial's policy: of a synchronous search at the end of each generation, over the epochs trained; of an
/// asynchronous one after each result, over the results.
struct SearchCurves {
  private let rules: SearchRules
  private let objective: Objective
  private var figures: PopulationFigures
  private var policies: [Int: Policy] = [:]
  /// The generation taken in last, and its trials.
  private var generation = 0
  private var trials: Set<Int> = []
  /// Which result was taken in last, where trials are compared one by one.
  private var arrival = 0

  /// The name of the group of the population.
  static let population = "population"

  init(_ rules: SearchRules) {
    self.rules = rules
    objective = rules.objective
    figures = PopulationFigures(objective.direction)
  }

  /// Whether a segment belongs before one that is taken in already, as it was trained again; then all must be taken in
  /// again.
  func isLate(_ record: SegmentRecord) -> Bool {
    if rules.asynchronous { return record.arrival ?? 0 <= arrival }
    let plan = record.plan
    return plan.generation < generation || plan.generation == generation && trials.contains(plan.trial)
  }

  /// Takes in the next segment of the journal's order and gives the points that it adds; none where it has no result.
  mutating func take(_ record: SegmentRecord) -> [TensorBoardFolder.Entry] {
    guard let result = record.result else { return [] }
    let plan = record.plan
    if plan.generation != generation { trials = [] }
    generation = plan.generation
    trials.insert(plan.trial)
    arrival = record.arrival ?? 0
    policies[plan.trial] = plan.policy
    figures.take(plan.place, score: record.score)
    var entries: [TensorBoardFolder.Entry] = []
    if case .done(_, let metrics) = result {
      entries.append(
        (
          group(ofTrial: plan.trial),
          ScalarPoint(step: plan.epochs.upperBound, scalars: scalars(metrics) + scalars(plan.tuned, "tuned"))
        ))
    }
    if let step = populationStep(record), let scalars = populationScalars {
      entries.append((Self.population, ScalarPoint(step: step, scalars: scalars)))
    }
    return entries
  }

  /// Where the population has a point after a result; nil where it has none.
  private func populationStep(_ record: SegmentRecord) -> Int? {
    if rules.asynchronous { return record.arrival }
    return trials.count == rules.population ? record.plan.epochs.upperBound : nil
  }

  private var populationScalars: [ScalarPoint.Scalar]? {
    guard let best = figures.best, let median = figures.median, let policy = policies[best.place.trial] else {
      return nil
    }
    return [
      ScalarPoint.Scalar(scoreTag + "/best", best.score), ScalarPoint.Scalar(scoreTag + "/median", median),
    ] + policy.operationScalars
  }

  /// The figures of a segment; what its trainer does not say has no point.
  private func scalars(_ metrics: SegmentMetrics) -> [ScalarPoint.Scalar] {
    [
      (scoreTag, metrics.score), ("accuracy/train", metrics.trainAccuracy), ("loss/train", metrics.trainLoss),
    ].compactMap { tag, value in value.map { ScalarPoint.Scalar(tag, $0) } }
      + scalars(metrics.figures, "metrics")
  }

  /// Numbers by names that a user chose, in the order of those.
  private func scalars(_ numbers: [String: Double], _ group: String) -> [ScalarPoint.Scalar] {
    numbers.sorted { $0.key < $1.key }.map { ScalarPoint.Scalar("\(group)/\($0.key)", $0.value) }
  }

  private var scoreTag: String { objective.name == nil ? "accuracy/validation" : "score" }

  /// Numbers of equal length, so that their order is that of the names.
  private func group(ofTrial trial: Int) -> String {
    let length = max(2, String(rules.population - 1).count)
    let digits = String(trial)
    return "trial-" + String(repeating: "0", count: max(0, length - digits.count)) + digits
  }
}
