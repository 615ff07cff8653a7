import Augmentation
import RunStore
import Search
import Text

/// Where a search stands, in lines for people.
struct SearchPanel: ProgressPanel {
  let standing: SearchStanding

  /// From so many columns on every line begins with a heading.
  private static let widthOfHeadings = 60
  private static let headingWidth = 12

  func lines(width: Int, speed: [String]) -> [String] {
    row(standing.objective.name == nil ? "validation" : "score", width, isNeeded: false) {
      flowed(scores, width: $0)
    }
      + row(isSynchronous ? "generation" : "trials", width) { flowed(progress, width: $0) }
      + row("copied", width) { [copies.isEmpty ? "none" : fitted(copies, width: $0)] }
      + row("speed", width, isNeeded: false) {
        flowed(speed.isEmpty ? ["not known yet"] : speed, width: $0)
      }
  }

  /// Lines with their heading: in a column of its own where there is room, else before the first one if it is needed.
  private func row(
    _ heading: String, _ width: Int, isNeeded: Bool = true, _ body: (_ width: Int) -> [String]
  ) -> [String] {
    let isWide = width >= Self.widthOfHeadings
    let column = isWide ? Self.headingWidth : isNeeded ? heading.count + 1 : 0
    return body(width - column).enumerated().map { index, line in
      padded(index == 0 && column > 0 ? heading : "", column) + line
    }
  }

  var summary: String {
    (isSynchronous ? "generation " : "trials ") + (progress + scores).joined(separator: ", ")
  }

  private var scores: [String] {
    let figures = standing.figures
    guard let best = figures.best, let median = figures.median else { return ["no result yet"] }
    let missing =
      figures.count < standing.population
      ? ["\(figures.count) of \(counted(standing.population, "trial"))"] : []
    let objective = standing.objective
    return [
      "best \(objective.text(best.score)) (trial \(best.place.trial))", "median \(objective.text(median))",
    ]
      + missing
  }

  private var isSynchronous: Bool {
    if case .generation = standing.progress { true } else { false }
  }

  private var progress: [String] {
    switch standing.progress {
    case .generation(let generation, let count, let epochs, let finished):
      [
        "\(generation + 1)/\(count)", "epochs \(epochs.lowerBound + 1)-\(epochs.upperBound)",
        "\(finished) of \(standing.population) done",
      ]
    case .epochs(let epochs, let ended):
      [
        "after epochs \(epochs.lowerBound)-\(epochs.upperBound)",
        "\(ended) of \(standing.population) at the end",
      ]
    }
  }

  private var copies: [String] {
    standing.copies.map {
      copyText($0.trial, $0.source, epoch: $0.epoch, isBetweenEquals: $0.isBetweenEquals)
    }
  }
}
