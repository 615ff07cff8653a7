import RunStore

/// A comparison's summary as a table and sentences.
struct ComparisonWords {
  let summary: ComparisonSummary

  init(_ summary: ComparisonSummary) {
    self.summary = summary
  }

  var table: FigureTable {
    FigureTable(
      heads: ["policy", "accuracy", "trainings", "difference to the first, paired"],
      rows: summary.rows.map {
        [$0.policy, Self.accuracy($0), "\($0.accuracy?.count ?? 0) of \($0.entries.count)", difference($0)]
      })
  }

  static func accuracy(_ row: ComparisonSummary.Row) -> String {
    guard let interval = row.accuracy else { return "no result" }
    return percentText(interval.mean) + (interval.margin.map { " ± " + decimalText($0 * 100, 2) } ?? "")
  }

  private func difference(_ row: ComparisonSummary.Row) -> String {
    guard row != summary.rows.first else { return "–" }
    guard let interval = row.difference else { return "no result" }
    let margin = interval.margin.map { " ± " + decimalText($0 * 100, 2) } ?? ""
    return pointsText(interval.mean) + margin + " points"
      + (interval.count == row.accuracy?.count ? "" : " (\(counted(interval.count, "pair")))")
  }

  /// What each difference tells, and which trainings failed.
  var sentences: [String] {
    let first = summary.rows.first?.policy ?? ""
    return summary.rows.compactMap { row in
      switch summary.verdict(on: row) {
      case nil: nil
      case .unknown:
        "\(row.policy): no interval yet, as fewer than two seeds have a result here and for \(first)."
      case .undecided:
        "\(row.policy): not told apart from \(first); the interval of the difference contains 0."
      case .better: "\(row.policy): better than \(first) here; the interval lies above 0."
      case .worse: "\(row.policy): worse than \(first) here; the interval lies below 0."
      }
    }
      + summary.rows.flatMap { row in
        row.entries.compactMap { entry in
          entry.failure.map { "\(row.policy), seed \(entry.seed), failed and is left out: \($0)" }
        }
      }
  }
}
