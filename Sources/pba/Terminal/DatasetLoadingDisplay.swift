import Datasets
import Foundation

/// Loads a dataset; notes, and progress while images are decoded, go to standard error.
func loadShowingProgress(_ selection: DataSelection) throws -> DatasetSplits {
  try withLoadingProgress { try loadDataset(selection, observer: $0) }
}

/// Calls the body with an observer that shows what it is told on standard error.
func withLoadingProgress<Result>(_ body: (@escaping DatasetLoadingObserver) throws -> Result) rethrows
  -> Result
{
  let display = DatasetLoadingDisplay()
  defer { display.finish() }
  return try body { display.show($0) }
}

private final class DatasetLoadingDisplay: @unchecked Sendable {
  // The lock guards the variable, so sharing the object is safe.
  private let lock = NSLock()
  private var progress: ProgressDisplay?

  func show(_ event: DatasetLoadingEvent) {
    lock.withLock {
      switch event {
      case .note(let text):
        if let progress { progress.note(text) } else { printNote(text) }
      case .decoding(let total):
        progress?.finish()
        progress = ProgressDisplay(total: total, unit: "images")
        progress?.setLabel("decoding")
      case .decoded(let count): progress?.advance(count)
      }
    }
  }

  func finish() { lock.withLock { progress?.finish() } }
}

/// The first few of some names, and how many there are.
func shortList(_ names: [String]) -> String {
  let few = names.prefix(10).joined(separator: ", ")
  return names.count > 10 ? "\(few), … (\(names.count))" : few
}
