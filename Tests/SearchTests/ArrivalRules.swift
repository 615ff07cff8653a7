import Policies
import RunStore
import Search
import Workers

/// The rules of an asynchronous search, restated over a whole journal: what must hold after every result.
///
/// It shares no code with the search: scores, ranks and copies are followed from the first result on.
struct ArrivalRules {
  private let configuration: SearchConfiguration
  private let byPlace: [SegmentPlace: SegmentRecord]
  private var last: [Int: SegmentRecord] = [:]
  private var ended: Set<Int> = []
  /// What is wrong, in words.
  private(set) var faults: [String] = []
  private(set) var copies = 0

  /// Follows the results of a journal.
  init(_ records: [SegmentRecord], _ configuration: SearchConfiguration) {
    self.configuration = configuration
    byPlace = Dictionary(uniqueKeysWithValues: records.map { ($0.plan.place, $0) })
    let arrived = records.filter { $0.arrival != nil }.sorted { ($0.arrival ?? 0) < ($1.arrival ?? 0) }
    require(arrived.map(\.arrival) == (0..<arrived.count).map { $0 + 1 }, "arrivals are not 1, 2, 3, …")
    for trial in 0..<configuration.population {
      let first = byPlace[SegmentPlace(generation: 0, trial: trial)]?.plan
      require(first?.policy == .searchStart && first?.parent == nil, "trial \(trial) begins otherwise")
      require(first?.epochs == 0..<min(configuration.interval, epochs), "trial \(trial) begins elsewhere")
    }
    for record in arrived { follow(record) }
  }

  private var epochs: Int { configuration.recipe.epochs }

  private mutating func require(_ condition: Bool, _ fault: String) {
    if !condition { faults.append(fault) }
  }

  private mutating func follow(_ record: SegmentRecord) {
    let plan = record.plan
    guard plan.epochs.upperBound < epochs else {
      ended.insert(plan.trial)
      require(next(plan) == nil, "trial \(plan.trial) goes on after its end")
      return
    }
    last[plan.trial] = record
    let epoch = plan.epochs.upperBound
    let ranked = last.values.filter {
      !ended.contains($0.plan.trial) && $0.plan.epochs.upperBound >= configuration.burnIn
    }.sorted { rank($0) < rank($1) }
    let size =
      ranked.count < 2 || epoch < configuration.burnIn
      ? 0 : min((ranked.count + 3) / 4, ranked.count / 2)  // a quantile of 0.25
    let bottom = Set(ranked.prefix(size).map(\.plan.trial))
    let top = ranked.suffix(size).filter { $0.score != nil }
    // A failed trial may wait for another one's result, and is looked at when it has gone on.
    guard let following = next(plan), record.score != nil else { return }
    require(
      following.epochs.count == min(configuration.interval, epochs - following.epochs.lowerBound),
      "\(following.place) has \(following.epochs)")
    if bottom.contains(plan.trial) {
      copies += 1
      let source = top.first { $0.plan.trial == following.parent }
      require(source != nil, "\(plan.place) copies \(following.parent ?? -1), of \(top.map(\.plan.trial))")
      require(
        following.parentPlace == source?.plan.place, "\(plan.place) copies a state that was not compared")
      require(
        following.epochs.lowerBound == source?.plan.epochs.upperBound, "\(plan.place) goes on elsewhere")
    } else {
      require(following.parentPlace == plan.place, "\(plan.place) is not among the worst and copies")
      require(following.policy == plan.policy, "\(plan.place) changes its policy without a copy")
      require(following.epochs.lowerBound == epoch, "\(plan.place) goes on elsewhere")
    }
  }

  private func next(_ plan: SegmentPlan) -> SegmentPlan? {
    byPlace[SegmentPlace(generation: plan.generation + 1, trial: plan.trial)]?.plan
  }

  private func rank(_ record: SegmentRecord) -> (Double, Int) {
    (record.score ?? -1, record.plan.trial)
  }
}
