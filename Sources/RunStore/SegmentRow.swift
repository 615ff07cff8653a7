import GRDB
import Policies

extension SegmentRecord {
  init(_ row: Row, policy: Policy) throws {
    let (start, end) = (try row.count("startEpoch"), try row.count("endEpoch"))
    guard start < end else { throw Row.outside("endEpoch", "\(end)") }
    let plan = SegmentPlan(
      generation: try row.count("generation"), trial: try row.count("trial"),
      epochs: start..<end, parent: try row.checkedIfPresent("parent"),
      parentGeneration: try row.checkedIfPresent("parentGeneration"), policy: policy,
      tuned: try row.figures("tuned"))
    let state: String = try row.checked("state")
    let result = try SegmentResult(row, state: state)
    let lost = try result == nil && row["file"] != nil ? SegmentResult(row, state: "done") : nil
    self.init(
      plan: plan, result: result, lostResult: lost, arrival: try row.checkedIfPresent("arrival"))
  }
}

extension SegmentResult {
  /// `nil` while the segment is planned.
  init?(_ row: Row, state: String) throws {
    switch state {
    case "planned": return nil
    case "failed": self = .failed(reason: try row.checked("reason"))
    case "done":
      self = .done(
        try row.checkpoint(),
        SegmentMetrics(
          score: try row.number(SearchShape.scoreColumn), trainLoss: try row.numberIfPresent("trainLoss"),
          trainAccuracy: try row.numberIfPresent("trainAccuracy", in: 0...1),
          seconds: try row.number("seconds"), figures: try row.figures("figures"),
          times: try row.workTimes()))
    default: throw Row.outside("state", state)
    }
  }
}
