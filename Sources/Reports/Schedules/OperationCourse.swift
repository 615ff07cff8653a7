import Augmentation
import Policies

/// How often and how strongly a schedule applies each operation over its epochs.
///
/// A policy may name an operation several times; searched ones do so twice. Each of its places is a course of its own
/// in `copies`, and the operation's is their mean. An entry that never fires has no strength: where its probability is
/// 0, its magnitude counts as 0.
public struct OperationCourse: Hashable, Sendable {
  /// Probability and magnitude of one entry, or the mean of several.
  public struct Course: Hashable, Sendable {
    /// 0 to 1.
    public let probability: StepSeries
    /// On the scale of the search, 0 to `OperationCourse.highest`.
    public let magnitude: StepSeries
  }

  /// The operation.
  public let operation: Operation
  /// The highest magnitude that it can have: 9 in PBA's space.
  public let highest: Int
  /// The mean over the operation's entries.
  public let mean: Course
  /// Each of the operation's entries, in the order of the policy.
  public let copies: [Course]

  /// The courses of the operations of the schedule's space, and of any other that the schedule holds.
  ///
  /// A change of policy stands between two epochs.
  public static func all(of schedule: Schedule) -> [OperationCourse] {
    var bounds = [0.0]
    for segment in schedule.segments { bounds.append((bounds.last ?? 0) + Double(segment.epochs)) }
    let held = schedule.segments.flatMap { $0.policy.entries.map(\.operation) }
    // Those beyond the catalogue in the order in which the schedule names them.
    let order = Operation.catalogue.filter(Set(held).contains) + held
    var seen: Set<Operation> = []
    let space = schedule.space ?? .pba
    let operations = (space.operations + order).filter { seen.insert($0).inserted }
    let highest = Dictionary(
      space.choices.map { ($0.operation.operation, $0.operation.magnitudes.upperBound) }
    ) { first, _ in first }
    return operations.map { operation in
      let entries = schedule.segments.map { segment in
        segment.policy.entries.filter { $0.operation == operation }.map(strength)
      }
      let copies = (0..<(entries.map(\.count).max() ?? 0)).map { copy in
        course(bounds, entries.map { $0.indices.contains(copy) ? $0[copy] : (0, 0) })
      }
      let means = entries.map { strengths in
        let count = Double(max(strengths.count, 1))
        return (strengths.map(\.0).reduce(0, +) / count, strengths.map(\.1).reduce(0, +) / count)
      }
      return OperationCourse(
        operation: operation, highest: highest[operation] ?? Operation.magnitudes.upperBound,
        mean: course(bounds, means), copies: copies)
    }
  }

  private static func strength(_ entry: PolicyEntry) -> (Double, Double) {
    (
      Double(entry.probability) / Double(PolicyEntry.probabilityScale),
      entry.probability == 0 ? 0 : Double(entry.magnitude)
    )
  }

  private static func course(_ bounds: [Double], _ values: [(Double, Double)]) -> Course {
    Course(
      probability: StepSeries(bounds: bounds, values: values.map(\.0)),
      magnitude: StepSeries(bounds: bounds, values: values.map(\.1)))
  }
}
