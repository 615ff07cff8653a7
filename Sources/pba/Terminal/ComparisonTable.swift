import Foundation
import RunStore

/// A comparison's summary in print.
struct ComparisonTable {
  let summary: ComparisonSummary
  /// What the policies are called in the sentences, where not by their own names.
  var names: [String: String] = [:]

  func show() {
    let width = summary.rows.reduce(10) { max($0, name($1).count) } + 2
    printResult(
      "\(summary.split.rawValue) accuracy on \(summary.images) images: mean over seeds and its 95 % interval")
    show(["policy", "accuracy", "n", "difference to the first, paired"], width)
    for row in summary.rows {
      show([name(row), accuracy(row), "\(row.accuracy?.count ?? 0)", difference(row)], width)
    }
    for row in summary.rows {
      for entry in row.entries {
        if let failure = entry.failure {
          printResult("\(name(row)), seed \(entry.seed) failed and is left out: \(failure)")
        }
      }
    }
    for row in summary.rows { sentence(row).map(printResult) }
    explanation.forEach(printResult)
  }

  private func show(_ cells: [String], _ width: Int) {
    let line = zip(cells, [width, 20, 5, 0]).map { padded($0, $1) }.joined()
    printResult("  " + line.trimmingCharacters(in: .whitespaces))
  }

  private func name(_ row: ComparisonSummary.Row) -> String { names[row.policy] ?? row.policy }

  private func accuracy(_ row: ComparisonSummary.Row) -> String {
    guard let interval = row.accuracy else { return "-" }
    return percent(interval.mean) + (interval.margin.map { " ± " + decimal($0 * 100, 2) } ?? "")
  }

  private func difference(_ row: ComparisonSummary.Row) -> String {
    guard let interval = row.difference else { return row == summary.rows.first ? "" : "-" }
    let sign = interval.mean < 0 ? "" : "+"
    let margin = interval.margin.map { " ± " + decimal($0 * 100, 2) } ?? ""
    let pairs = interval.count == row.accuracy?.count ? "" : " (\(interval.count) pairs)"
    return sign + decimal(interval.mean * 100, 2) + margin + " points" + pairs
  }

  private func sentence(_ row: ComparisonSummary.Row) -> String? {
    let first = summary.rows.first.map(name) ?? ""
    switch summary.verdict(on: row) {
    case nil: return nil
    case .unknown:
      return "\(name(row)): no interval, as fewer than two seeds have a result here and for \(first)."
    case .undecided:
      return "\(name(row)): not told apart from \(first); the interval of the difference contains 0."
    case .better: return "\(name(row)): better than \(first) here; the interval lies above 0."
    case .worse: return "\(name(row)): worse than \(first) here; the interval lies below 0."
    }
  }

  /// What the intervals mean, and what they do not.
  private var explanation: [String] {
    var lines = [
      "± is half of a 95 % interval by Student's t over seeds. It covers chance in training (first weights, order of"
        + " images, augmentation),",
      "not the choice of the images: other data, models or settings may order the policies otherwise.",
    ]
    let differences = summary.rows.count - 1
    if differences > 1 {
      lines.append(
        "Each of the \(differences) intervals of differences stands for itself: of twenty policies that are no better, one may seem so."
      )
    }
    if summary.split == .validation {
      lines.append("The dataset has no test images; decisions made on these validation images flatter.")
    }
    return lines
  }
}
