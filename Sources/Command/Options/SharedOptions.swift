import ArgumentParser
import Policies
import RunStore
import Training

extension LearningRateRule: ExpressibleByArgument {}
extension PolicyOrder: ExpressibleByArgument {}

/// Options of every command that trains.
package struct SharedOptions: ParsableArguments {
  @Option(\.dataset) var dataset: String?
  @Option(\.trainSize) var trainSize: Int?
  @Option(\.validationSize) var validationSize: Int?
  @OptionGroup var images: ImageFolderArguments
  @Option(\.model) var model: String?
  @Option(\.epochs) var epochs: Int?
  @Option(\.batchSize) var batchSize: Int?
  @Option(\.learningRate) var learningRate: Double?
  @Option(\.learningRateRule) var learningRateRule: LearningRateRule?
  @Option(\.weightDecay) var weightDecay: Double?
  @Option(\.cutout) var cutout: Int?
  @Option(\.cropPadding) var cropPadding: Int?
  @OptionGroup var scaling: ScalingOptions
  @Flag(\.flip) var flip: Bool?
  @Option(\.seed) var seed: UInt64?
  @Option(\.device) var device: String?
  @Option(\.precision) var precision: String?
  @Option(\.threads) var threads: Int?
  @Option(\.dataDirectory) var dataDirectory: String?
  @Option(\.labelSmoothing) var labelSmoothing: Double?
  @Option(\.classWeights) var classWeights: ClassWeightsSetting?

  @Option(help: "A YAML file with any of these settings; flags win.")
  var config: String?

  @Flag(help: "Print the result as JSON.")
  var json = false

  package init() {}

  /// What the options say, and where they are silent the configuration file.
  ///
  /// - Parameter user: the command that was called; a note names what the file has and the command does not use.
  /// - Returns: the settings that were given.
  /// - Throws: ``SettingsError`` for a setting that is not valid.
  package func settings(for user: RunKind) throws -> Settings {
    guard let config else { return typedSettings }
    return typedSettings.over(try Settings(contentsOf: config, for: user))
  }
}
