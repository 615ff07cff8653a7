import Augmentation
import RunStore
import Text

/// A comparison's summary as text.
public struct ComparisonWords: Sendable {
  let summary: ComparisonSummary
  private let names: [String: String]

  /// The words for a comparison.
  ///
  /// - Parameters:
  ///   - summary: the figures of the comparison.
  ///   - names: what the policies are called, where not by their own names.
  public init(_ summary: ComparisonSummary, names: [String: String] = [:]) {
    self.summary = summary
    self.names = names
  }

  /// What a row's policy is called.
  public func name(_ row: ComparisonSummary.Row) -> String { names[row.policy] ?? row.policy }

  /// The mean accuracy with half its interval; nil where no training has a result.
  public func accuracy(_ row: ComparisonSummary.Row) -> String? {
    row.accuracy.map { interval in
      percent(interval.mean) + (interval.margin.map { " ± " + decimal($0 * 100, 2) } ?? "")
    }
  }

  /// The mean difference to the first policy with half its interval; nil for the first, and where there is none.
  public func difference(_ row: ComparisonSummary.Row) -> String? {
    row.difference.map { interval in
      let margin = interval.margin.map { " ± " + decimal($0 * 100, 2) } ?? ""
      let pairs = interval.count == row.accuracy?.count ? "" : " (\(counted(interval.count, "pair")))"
      return pointsText(interval.mean) + margin + " points" + pairs
    }
  }

  /// Which trainings failed.
  public var failures: [String] {
    summary.rows.flatMap { row in
      row.entries.compactMap { entry in
        entry.failure.map { "\(name(row)), seed \(entry.seed) failed and is left out: \($0)" }
      }
    }
  }

  /// What each difference shows.
  public var verdicts: [String] {
    let first = summary.rows.first.map(name) ?? ""
    return summary.rows.compactMap { row in
      switch summary.verdict(on: row) {
      case nil: nil
      case .unknown:
        "\(name(row)): no meaningful interval: fewer than two seeds have a result here and for"
          + " \(first), or all differences are the same."
      case .undecided:
        "\(name(row)): not distinguishable from \(first); the interval of the difference contains 0."
      case .better: "\(name(row)): better than \(first) here; the interval lies above 0."
      case .worse: "\(name(row)): worse than \(first) here; the interval lies below 0."
      }
    }
  }

  /// What the intervals mean, and what they do not.
  public var explanation: [String] {
    var words = [
      "± is half of a 95 % interval by Student's t over seeds. It covers chance in training (first weights, order of"
        + " images, augmentation), not the choice of the images: other data, models or settings may order the policies"
        + " otherwise."
    ]
    let differences = summary.rows.count - 1
    if differences > 1 {
      words.append(
        "Each of the \(differences) intervals of differences is to be read alone: of twenty policies that are equal, about one"
          + " seems better or worse.")
    }
    if summary.split == .validation {
      words.append("The dataset has no test images; decisions made on these validation images flatter.")
    }
    return words
  }

  var table: FigureTable {
    FigureTable(
      heads: ["policy", "accuracy", "trainings", "difference to the first, paired"],
      rows: summary.rows.map { row in
        [
          name(row), accuracy(row) ?? "no result", "\(row.accuracy?.count ?? 0) of \(row.entries.count)",
          difference(row) ?? (row == summary.rows.first ? "–" : "no result"),
        ]
      })
  }
}
