import RunStore
import Search
import Workers

/// A search with a user's trainer.
struct TrainerSearch: PreparedSearch {
  let configuration: TrainerConfiguration
  private let path: String
  private let recorded: TrainerConfiguration?

  init(_ configuration: TrainerConfiguration, path: String, resuming recorded: TrainerConfiguration?) throws {
    self.configuration = configuration
    self.path = path
    self.recorded = recorded
  }

  var unit: String { "epochs" }
  /// What is seen of an epoch's progress.
  var unitSize: Int { 1000 }
  var work: SearchWork { SearchWork(configuration.rules, unitsPerEpoch: unitSize) }

  func open() throws -> RunDirectory {
    try RunDirectory.open(path, configuration: configuration, version: Version.text, resume: recorded != nil)
  }

  func executor(_ progress: ProgressDisplay) throws -> any SegmentExecutor { fatalError() }
}

struct TrainerDryRun {
  init(_ configuration: TrainerConfiguration) {}
  func show(json: Bool) throws {}
}
