import Foundation
import Policies
import Text

/// The picture of a schedule.
public enum ScheduleFigure: String, Sendable, CaseIterable {
  /// Probability and magnitude of all operations, stacked.
  case overview
  /// A small chart for each operation.
  case operations
  /// Both, one below the other.
  case all

  /// The picture of a schedule, and its numbers.
  public func callAsFunction(_ schedule: Schedule) -> Figure {
    let courses = OperationCourse.all(of: schedule)
    let length = Double(schedule.epochs)
    let overview = ScheduleOverview(courses: courses, length: length)
    let panels = OperationPanels(courses: courses, length: length)
    let heading = Self.heading(schedule)
    var elements = [SVGElement.text(heading, at: Point(24, 28), size: 16, class: "ink strong")]
    var height = 0.0
    if self != .operations {
      elements += overview.elements(y: 0)
      height = ScheduleOverview.height
    }
    if self != .overview {
      let y = self == .all ? height + 20 : 44
      elements += panels.elements(y: y)
      height = y + panels.height
    }
    return Figure(
      caption: Self.caption,
      drawing: Drawing(
        width: ScheduleOverview.width, height: height, title: heading,
        description: Self.description(courses, schedule), elements: elements),
      table: Self.table(courses, schedule))
  }

  /// How the numbers are made.
  public static let caption =
    "Probability and magnitude of an operation are the means over its entries in the policy; an entry with probability 0 "
    + "counts as magnitude 0. The stack begins at the bottom with the first operation in the order of the search."

  private static func heading(_ schedule: Schedule) -> String {
    let unfinished = schedule.unfinishedAfter == nil ? "" : ", of a search that had not ended"
    let name = fitted(printable(schedule.name), size: 16, width: 520)
    return
      "\(name): \(counted(schedule.segments.count, "segment")), \(counted(schedule.epochs, "epoch"))\(unfinished)"
  }

  /// For moments from the beginning to the end, the operations that are most probable there.
  private static func description(_ courses: [OperationCourse], _ schedule: Schedule) -> String {
    var lines = [
      "Probability and magnitude of \(counted(courses.count, "operation")) over \(counted(schedule.epochs, "epoch"))."
    ]
    for epoch in moments(of: schedule) {
      let segment = schedule.segmentIndex(atEpoch: epoch - 1)
      let strongest = courses.filter { $0.mean.probability.values[segment] > 0 }
        .sorted { $0.mean.probability.values[segment] > $1.mean.probability.values[segment] }
      let words = strongest.prefix(4).map {
        "\($0.operation.name) \(decimal($0.mean.probability.values[segment], 2))"
      }
      lines.append(
        "Epoch \(epoch): "
          + (words.isEmpty ? "no operation" : "most probable " + words.joined(separator: ", "))
          + ".")
    }
    return lines.joined(separator: " ")
  }

  /// The first epoch, the last, and three between them.
  static func moments(of schedule: Schedule) -> [Int] {
    let last = schedule.epochs
    return Array(Set([1, last / 4, last / 2, last * 3 / 4, last].filter { $0 >= 1 })).sorted()
  }

  private static func table(_ courses: [OperationCourse], _ schedule: Schedule) -> FigureTable {
    var start = 0
    let rows = schedule.segments.enumerated().map { index, segment in
      defer { start += segment.epochs }
      return ["\(start + 1)–\(start + segment.epochs)"]
        + courses.map { course in
          let (probability, magnitude) = (
            course.mean.probability.values[index], course.mean.magnitude.values[index]
          )
          guard probability > 0 else { return "–" }
          let strength = course.operation.usesParameter ? " at \(decimal(magnitude, 1))" : ""
          return decimal(probability, 2) + strength
        }
    }
    return FigureTable(heads: ["epochs"] + courses.map(\.operation.name), rows: rows)
  }
}

extension Schedule {
  /// The segment that an epoch, counted from 0, falls into.
  func segmentIndex(atEpoch epoch: Int) -> Int {
    var end = 0
    for (index, segment) in segments.enumerated() {
      end += segment.epochs
      if epoch < end { return index }
    }
    return segments.count - 1
  }
}
