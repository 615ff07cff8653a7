import Datasets
import Foundation

/// Loads a dataset; notes, and progress while images are decoded, go to standard error.
public func loadShowingProgress(_ selection: DataSelection) throws -> DatasetSplits {
  try withLoadingProgress { try loadDataset(selection, observer: $0) }
}

/// Loads a dataset to train on; says what makes the figures of a training less than they seem.
func loadToTrain(_ selection: DataSelection) throws -> DatasetSplits {
  let data = try loadShowingProgress(selection)
  for caution in data.cautions() { printNote(caution) }
  return data
}

/// Calls the body with an observer that shows the events on standard error.
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
      case .comparing(let total): begin("looking for changes", total)
      case .decoding(let total): begin("decoding", total)
      case .decoded(let count), .takenOver(let count), .compared(let count): progress?.advance(count)
      }
    }
  }

  private func begin(_ label: String, _ total: Int) {
    progress?.finish()
    progress = ProgressDisplay(total: total, unit: "images")
    progress?.setLabel(label)
  }

  func finish() { lock.withLock { progress?.finish() } }
}

/// The first few of some names, and how many there are.
func shortList(_ names: [String]) -> String {
  let few = names.prefix(10).joined(separator: ", ")
  return names.count > 10 ? "\(few), … (\(names.count))" : few
}
