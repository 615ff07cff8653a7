import Datasets
import Foundation
import Models
import RunStore
import Search
import Torch

/// A search with its progress on standard error.
struct SearchSession {
  private let requested: SearchConfiguration
  private let path: String
  private let resume: Bool

  init(_ configuration: SearchConfiguration, path: String, resume: Bool) {
    requested = configuration
    self.path = path
    self.resume = resume
  }

  /// Runs the search to its end.
  func callAsFunction() throws -> SearchResult {
    // Whatever can be wrong with the request is found before the run's folder is made.
    let data = try loadShowingProgress(requested.data)
    var configuration = requested
    configuration.imageDigest = data.digest()
    _ = try TrainingExecutor(configuration, data: data)
    try requireTrainable(configuration.recipe, data)
    let run = try RunDirectory.open(path, configuration: configuration, version: Version.text, resume: resume)
    noteVersions(of: run)
    printNote("settings of this search (kept in \(path)/config.yaml):")
    printNote(try configuration.yaml().indented())
    let progress = ProgressDisplay(
      total: try remainingImages(run, configuration, data), unit: "images")
    let executor = try TrainingExecutor(configuration, data: data) { progress.advance($0) }
    let interruption = Interruption()
    let lines = SearchLines(progress, isAsynchronous: configuration.asynchronous)
    let search = Search(
      run: run, configuration: configuration, executor: executor, stop: interruption.flag,
      onEvent: lines.show)
    defer { progress.finish() }
    return try withExtendedLifetime(interruption) { try search() }
  }

  /// The images that still have to go through networks, training and validation alike.
  private func remainingImages(
    _ run: RunDirectory, _ configuration: SearchConfiguration, _ data: DatasetSplits
  ) throws -> Int {
    let journal = SearchJournal(run)
    let recipe = configuration.recipe
    let perEpoch = data.train.count / recipe.batchSize * recipe.batchSize
    var total = 0
    if configuration.asynchronous {
      // Whoever copies goes on from another epoch, so this is what is left if nobody does.
      let isNew = try journal.lastGeneration() == nil
      let planned = try journal.segmentsByArrival().filter { $0.result == nil && $0.arrival == nil }
      let starts =
        isNew
        ? [Int](repeating: 0, count: configuration.population) : planned.map(\.plan.epochs.lowerBound)
      for start in starts {
        let epochs = recipe.epochs - start
        let comparisons = (epochs + configuration.interval - 1) / configuration.interval
        total += epochs * perEpoch + comparisons * data.validation.count
      }
      return total
    }
    for (generation, start) in stride(from: 0, to: recipe.epochs, by: configuration.interval).enumerated() {
      let epochs = min(configuration.interval, recipe.epochs - start)
      let done = try journal.segments(generation: generation).count { $0.result != nil }
      total += (configuration.population - done) * (epochs * perEpoch + data.validation.count)
    }
    return total
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
