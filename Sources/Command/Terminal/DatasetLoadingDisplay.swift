import Datasets
import Foundation
import Synchronization

/// Loads a dataset; notes, and progress while images are decoded, go to standard error.
func loadShowingProgress(_ selection: DataSelection) throws -> DatasetSplits {
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

private final class DatasetLoadingDisplay: Sendable {
  private let progress = Mutex<ProgressDisplay?>(nil)

  func show(_ event: DatasetLoadingEvent) { progress.withLock { Self.show(event, on: &$0) } }

  private static func show(_ event: DatasetLoadingEvent, on progress: inout ProgressDisplay?) {
    switch event {
    case .note(let text):
      if let progress { progress.note(text) } else { printNote(text) }
    case .comparing(let total): progress = next(after: progress, "looking for changes", total)
    case .decoding(let total): progress = next(after: progress, "decoding", total)
    case .decoded(let count), .takenOver(let count), .compared(let count): progress?.advance(count)
    }
  }

  private static func next(after last: ProgressDisplay?, _ label: String, _ total: Int) -> ProgressDisplay {
    last?.finish()
    let progress = ProgressDisplay(total: total, unit: "images")
    progress.setLabel(label)
    return progress
  }

  func finish() { progress.withLock { $0 }?.finish() }
}

/// The first few of some names, and how many there are.
func shortList(_ names: [String]) -> String {
  let few = names.prefix(10).joined(separator: ", ")
  return names.count > 10 ? "\(few), … (\(names.count))" : few
}
