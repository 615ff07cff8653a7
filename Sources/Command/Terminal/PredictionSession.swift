import Datasets
import Foundation
import Text
import Training

/// Predictions of many images: written as they come, with progress on standard error.
struct PredictionSession {
  let predictor: Predictor
  let files: ImageFileList
  /// How many classes are named for each image.
  let count: Int
  private var unreadable = 0

  init(predictor: Predictor, files: ImageFileList, count: Int) {
    self.predictor = predictor
    self.files = files
    self.count = count
  }

  /// Predicts all images.
  ///
  /// - Parameters:
  ///   - format: what is written.
  ///   - write: takes a line.
  /// - Throws: what the predictor and `write` throw; an image that cannot be read ends nothing.
  mutating func run(_ format: some PredictionFormat, write: (String) throws -> Void) throws {
    var format = format
    var faults: [UnreadablePath] = []
    let progress = ProgressDisplay(total: files.items.count, unit: "images")
    progress.setLabel("predicting")
    defer { progress.finish() }
    // Lines of results on the same terminal show the progress themselves.
    let isShown = isatty(STDOUT_FILENO) == 0 || format is PredictionCSV
    try format.head.forEach(write)
    try predictor.predict(files) { file, outcome in
      switch outcome {
      case .success(let prediction):
        let classes = prediction.top(count).map {
          PredictedClass(name: predictor.info.classNames[$0], probability: prediction.probabilities[$0])
        }
        try format.lines(file.path, classes).forEach(write)
      case .failure(let fault):
        progress.note(fault.reason)
        faults.append(UnreadablePath(path: fault.path, reason: fault.reason))
      }
      if isShown { progress.advance(1) }
    }
    try format.tail(unreadable: faults).forEach(write)
    unreadable = faults.count
  }

  /// Throws if images could not be read, unless those are left out.
  func settle(skip: Bool) throws {
    guard unreadable > 0 else { return }
    let share = "\(unreadable) of \(counted(files.items.count, "image"))"
    guard skip else {
      throw SettingsError(
        "\(share) could not be read, each for the reason above; repair or remove them, or give --skip-unreadable",
        isUsageMistake: false)
    }
    printNote("left out: \(share) could not be read")
  }
}
