import Comparison
import Datasets
import RunStore
import Text
import Torch
import Training
import Workers

/// The settings of a run that works with images.
package protocol ImageRunConfiguration: RunConfiguration {
  var data: DataSelection { get set }
  var imageDigest: String? { get set }
  var recipe: Recipe { get set }
}

extension SearchConfiguration: ImageRunConfiguration {}
extension TrainingConfiguration: ImageRunConfiguration {}
extension ComparisonConfiguration: ImageRunConfiguration {}

/// The settings of a run with all that its images decide, and those images.
///
/// It is made before the run's folder, so that a request that cannot be served leaves nothing behind.
struct PreparedRun<Configuration: ImageRunConfiguration> {
  let configuration: Configuration
  let data: DatasetSplits
  /// The settings of the run that is resumed; nil for a new one.
  let recorded: Configuration?
  private let path: String

  /// Loads the images, with progress.
  ///
  /// - Parameters:
  ///   - requested: the settings that were asked for.
  ///   - path: the folder of the run.
  ///   - recorded: the settings of the run in the folder, which is then resumed.
  /// - Throws: the error of a setting or of the images.
  init(_ requested: Configuration, path: String, resuming recorded: Configuration?) throws {
    try Runtime.load()
    var configuration = requested
    var data = try Self.load(requested.data, isResumed: recorded != nil)
    configuration.imageDigest = data.digest()
    if let recorded, recorded.imageDigest == configuration.imageDigest {
      configuration.data = configuration.data.named(as: recorded.data)
      data = data.named(configuration.data.dataset)
    }
    configuration.recipe = try configuration.recipe.resolved(for: data)
    try requireTrainable(configuration.recipe, data)
    (self.configuration, self.data, self.recorded, self.path) = (configuration, data, recorded, path)
  }

  private static func load(_ selection: DataSelection, isResumed: Bool) throws -> DatasetSplits {
    do {
      return try loadToTrain(selection)
    } catch let error as DatasetError {
      guard isResumed, let family = DatasetFamily.of(selection.place), family.isMovable else { throw error }
      throw SettingsError(
        "\(error.text); if the images were moved, name their new place: --dataset \(family.usage)",
        isUsageMistake: false)
    }
  }

  /// Opens the run's folder and says what is to know about it.
  ///
  /// - Parameter settings: those the run is asked to have, where they are not the prepared ones.
  /// - Returns: the run, locked for this process.
  /// - Throws: `RunStoreError` or `FileError` where the folder cannot be used.
  func open(with settings: Configuration? = nil) throws -> RunDirectory {
    let run = try RunDirectory.open(
      path, configuration: settings ?? configuration, version: Version.text, resume: recorded != nil)
    noteVersions(of: run)
    if let edit = run.settingsEdit, Configuration.kind != .train { printNote(edit.description) }
    try recordPlace(in: run)
    return run
  }

  /// Says and records where the images are now, so that the next resume finds them.
  private func recordPlace(in run: RunDirectory) throws {
    guard let recorded, recorded.data != configuration.data else { return }
    var changed = recorded
    changed.data = configuration.data
    if changed.data.place != recorded.data.place {
      printNote(
        "the images are read from \(printable(changed.data.place)) from now on, where they were in"
          + " \(printable(recorded.data.place)); they are the same, and the run keeps their name")
    }
    try run.record(changed)
  }
}
