import Command
import Datasets
import Files
import Foundation
import RunStore
import Search
import Synchronization
import Threads
import Workers

/// A whole search that trains for real, from the making of its run's folder to its schedule.
struct RealSearch {
  let configuration: SearchConfiguration
  let data: DatasetSplits
  /// Where the run's folder is made; it is deleted at the end.
  let folder: String

  /// What one search took.
  struct Report: Encodable {
    let seconds: Double
    /// How many trials trained at once.
    let slots: Int
    let trainedImages: Int
    let evaluatedImages: Int
    let validationAccuracy: Double
    let shares: SearchShares
  }

  /// Makes the search; throws `SearchError.stopped` or `WorkStopped` where it is asked to stop.
  func callAsFunction(stop: StopFlag) throws -> Report {
    let path = try Folder.makeTemporary(in: folder, beginning: "pba-search")
    defer { try? FileManager.default.removeItem(atPath: path) }
    let slots = Slots()
    let executor = try TrainingExecutor(configuration, data: data)
    let began = Date().timeIntervalSince1970
    var result: SearchResult?
    let taken = try seconds {
      let run = try RunDirectory.open(
        path, configuration: configuration, version: Version.text, resume: false)
      result = try Search(
        run: run, configuration: configuration, executor: executor, stop: stop
      ) { slots.take($0) }()
    }
    // A search that was about to end anyway does not throw.
    if stop.isRequested { throw WorkStopped() }
    let ended = began + taken
    let records = try SearchJournal(RunDirectory.read(path)).segments(generations: 0..<Int(Int32.max))
    let perEpoch = configuration.recipe.imagesPerEpoch(of: data)
    let count = slots.count(in: records)
    return Report(
      seconds: taken, slots: count,
      trainedImages: records.reduce(0) { $0 + $1.plan.epochs.count } * perEpoch,
      evaluatedImages: records.count * data.validation.count,
      validationAccuracy: result?.score ?? .nan,
      shares: SearchShares(records, began: began, ended: ended, slots: count))
  }
}

/// How many trials a search says it trains at once.
private final class Slots: Sendable {
  private let told = Mutex<Int?>(nil)

  func take(_ event: SearchEvent) {
    if case .capacity(let capacity) = event { told.withLock { $0 = capacity.segments } }
  }

  /// What was reported, or where that is a setting, what the segments say.
  func count(in records: [SegmentRecord]) -> Int {
    told.withLock { $0 } ?? ((records.compactMap { $0.metrics?.times?.slot }.max() ?? 0) + 1)
  }
}
