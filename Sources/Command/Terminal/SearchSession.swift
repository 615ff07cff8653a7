import Augmentation
import Datasets
import Foundation
import RunStore
import Search
import Torch
import Workers

/// A search with its progress on standard error.
struct SearchSession {
  private let requested: SearchConfiguration
  private let path: String
  private let recorded: SearchConfiguration?
  private let writesTensorBoard: Bool
  private let stopTime: StopTime?

  init(
    _ configuration: SearchConfiguration, path: String, resuming recorded: SearchConfiguration? = nil,
    tensorBoard: Bool = false, stoppingAt stopTime: StopTime? = nil
  ) {
    requested = configuration
    self.path = path
    self.recorded = recorded
    writesTensorBoard = tensorBoard
    self.stopTime = stopTime
  }

  /// Runs the search to its end.
  func callAsFunction() throws -> SearchResult {
    // Whatever can be wrong with the request is found before the run's folder is made.
    let prepared = try PreparedRun(requested, path: path, resuming: recorded)
    let (configuration, data) = (prepared.configuration, prepared.data)
    try configuration.requireUsable(data)
    if recorded == nil {
      noteSurprises(
        of: configuration.recipe, policyCutout: configuration.largestCutout(on: data), on: data)
    }
    let interruption = try Interruption(stoppingAt: stopTime)
    let run = try prepared.open()
    printNote("settings of this search (kept in \(path)/config.yaml):")
    printNoteLines(try configuration.yaml().indented())
    let tensorBoard = writesTensorBoard ? try SearchTensorBoard(run, configuration) : nil
    let work = SearchWork(configuration, data)
    let progress = ProgressDisplay(total: try work.images(leftBy: SearchJournal(run)), unit: "images")
    let workers = try configuration.workers.workers.map { _ in
      try WorkerExecutor(configuration, work: work, showingOn: progress)
    }
    defer { workers?.finish() }
    let executor: any SegmentExecutor =
      try workers ?? TrainingExecutor(configuration, data: data) { progress.advance($0) }
    let standing = SearchStanding(configuration.rules, records: try SearchJournal(run).segmentsByArrival())
    let lines = SearchLines(
      progress, standing: standing, work: work, isAsynchronous: configuration.asynchronous)
    progress.showNow()
    let search = Search(
      run: run, configuration: configuration, executor: executor, stop: interruption.flag
    ) { event in
      tensorBoard?.take(event)
      lines.show(event)
    }
    defer { progress.finish() }
    return try withExtendedLifetime(interruption) { try search() }
  }
}

extension SearchConfiguration {
  /// The largest square that a learnt policy can remove from these images, as the length of its side in pixels.
  func largestCutout(on data: DatasetSplits) -> Int {
    let images = data.train.images
    let strongest = Augmentation.Operation.magnitudes.upperBound
    let step = AugmentationProgram.Step(operation: .cutout, probability: 1, magnitude: strongest)
    return AugmentationProgram(alternatives: [.init(steps: [step], countDistribution: nil)])
      .scaled(by: recipe.pixelScale(width: images.width, height: images.height)).largestCutout
  }
}

/// Says so where a run was begun by another version of the program, or another libtorch is loaded than was built for.
func noteVersions(of run: RunDirectory) {
  if let loaded = Runtime.version, loaded != Runtime.builtVersion {
    printNote("libtorch \(loaded) is loaded, but this program was built for \(Runtime.builtVersion)")
  }
  if run.version != Version.text {
    printNote(
      "\(run.path) was begun with pba \(run.version), this is \(Version.text); what follows may differ from"
        + " what that version would have made")
  }
}

extension String {
  /// Every line with two spaces before it.
  func indented() -> String {
    split(separator: "\n").map { "  " + $0 }.joined(separator: "\n")
  }
}
