import Foundation
import Interop
import RunStore
import Search
import Threads

/// Writes what TensorBoard shows of a search, while it runs.
///
/// The search does not depend on it: where a file cannot be written any more, a note says so and the search continues.
final class SearchTensorBoard: @unchecked Sendable {
  // The lock guards the variables below, so sharing the object is safe.
  private let lock = ThreadLock()
  private let journal: SearchJournal
  private let rules: SearchRules
  private var folder: TensorBoardFolder
  private var curves: SearchCurves
  private var hasFailed = false

  /// Brings the folder in line with the journal.
  init(_ run: RunDirectory, _ rules: SearchRules) throws {
    journal = SearchJournal(run)
    self.rules = rules
    folder = TensorBoardFolder(run.tensorBoardPath)
    curves = SearchCurves(rules)
    try restore()
  }

  /// Writes what an event adds.
  func take(_ event: SearchEvent) {
    switch event {
    case .segmentFinished(let place, _), .segmentFailed(let place, _):
      lock.withLock {
        guard !hasFailed else { return }
        do {
          try take(place)
        } catch {
          hasFailed = true
          noteBrokenTensorBoard(error)
        }
      }
    default: break
    }
  }

  private func take(_ place: SegmentPlace) throws {
    guard let record = try journal.segment(at: place) else { return }
    if curves.isLate(record) { return try restore() }
    try folder.append(curves.take(record))
  }

  private func restore() throws {
    curves = SearchCurves(rules)
    let records = try journal.segmentsByArrival()
    try folder.restore(records.flatMap { curves.take($0) })
  }
}

/// Says that a run continues without the files for TensorBoard.
func noteBrokenTensorBoard(_ error: any Error) {
  printNote(
    "\(error); the run continues and writes no event files until it is resumed with --tensorboard")
}
