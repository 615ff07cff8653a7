import Files
import Foundation

/// What a comparison keeps in its folder, and where.
public struct ComparisonFolder: Sendable {
  /// The folder.
  public let path: String

  /// The comparison in a folder, which need not be there yet.
  public init(_ path: String) {
    self.path = path
  }

  /// Where the runs of the trainings are, a folder each.
  public var trainingsPath: String { path + "/" + Self.trainings }
  /// Where the comparison's own copies of schedules are.
  public var schedulesPath: String { path + "/" + Self.schedules }

  /// The run of one training.
  ///
  /// - Parameters:
  ///   - index: the policy's place in the settings, from 0.
  ///   - seed: the seed of the training.
  /// - Returns: the path of the run's folder.
  public func training(ofPolicy index: Int, seed: UInt64) -> String {
    "\(trainingsPath)/policy-\(index + 1)-seed-\(seed)"
  }

  /// The comparison's own copy of the schedule that a policy named by a file.
  public func keptSchedule(ofPolicy index: Int) -> String { "\(schedulesPath)/\(index + 1).json" }

  /// The summary for programs.
  public var summaryPath: String { path + "/" + Self.summary }
  /// The summary as a table.
  public var tablePath: String { path + "/" + Self.table }

  static let trainings = "trainings"
  static let schedules = "schedules"
  static let summary = "summary.json"
  static let table = "summary.csv"

  /// The epochs of one training that have been recorded, and whether it has ended; nil where it was not begun.
  public func progress(
    ofPolicy index: Int, seed: UInt64, through runs: OpenRuns = OpenRuns()
  ) throws -> (epochs: [EpochRecord], isFinished: Bool)? {
    do {
      let training = training(ofPolicy: index, seed: seed)
      try Self.requireOwn(training)
      let run = try runs.read(training)
      // Asked first: a training that ends meanwhile has no fewer epochs than it says.
      let isFinished = try run.isFinished
      return (try TrainingJournal(run).epochs(), isFinished)
    } catch RunStoreError.noRun {
      return nil
    }
  }

  /// The summary that the comparison wrote at its end; nil where there is none that can be read.
  public func summary() -> ComparisonSummary? {
    (try? readOwnBytes(summaryPath, limit: 1 << 28))
      .flatMap { try? JSONDecoder().decode(ComparisonSummary.self, from: Data($0)) }
  }

  /// Removes the summary, where it is of fewer trainings than the comparison has.
  public func removeSummary() throws {
    try AtomicFile.remove(summaryPath)
    try AtomicFile.remove(tablePath)
  }

  /// Throws where a link stands in place of the folder of a training.
  public static func requireOwn(_ training: String) throws {
    try FileKind(at: training)?.require(.folder, at: training)
  }
}
