import Augmentation
import Foundation
import Reports
import RunStore
import Text

/// A comparison's summary in print.
struct ComparisonTable {
  let summary: ComparisonSummary
  /// What the policies are called, where not by their own names.
  var names: [String: String] = [:]

  func show() {
    let words = ComparisonWords(summary, names: names)
    let width = summary.rows.reduce(10) { max($0, printable(words.name($1)).count) } + 2
    printResult(
      "\(summary.split.rawValue) accuracy on \(counted(summary.images, "image")): mean over seeds and its 95 % interval"
    )
    show(["policy", "accuracy", "n", "difference to the first, paired"], width)
    for row in summary.rows {
      let missing = row == summary.rows.first ? "" : "-"
      show(
        [
          words.name(row), words.accuracy(row) ?? "-", "\(row.accuracy?.count ?? 0)",
          words.difference(row) ?? missing,
        ], width)
    }
    (words.failures + words.verdicts + words.explanation).forEach(printResult)
  }

  private func show(_ cells: [String], _ width: Int) {
    let line = zip(cells, [width, 20, 5, 0]).map { padded($0, $1) }.joined()
    printResult("  " + line.trimmingCharacters(in: .whitespaces))
  }
}
