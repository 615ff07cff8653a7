import Text
import ArgumentParser
import Datasets
import Models
import Policies
import Training

extension LearningRateRule: ExpressibleByArgument {}
extension PolicyOrder: ExpressibleByArgument {}

/// Options of every command that trains.
struct SharedOptions: ParsableArguments {
  @Option(help: "The images: \(DatasetFamily.usages). See `pba data list`.")
  var dataset: String?

  @Option(parsing: .unconditional, help: "How many images to train on. (default: the dataset's own)")
  var trainSize: Int?

  @Option(parsing: .unconditional, help: "How many images to validate on. (default: the dataset's own)")
  var validationSize: Int?

  @OptionGroup var images: ImageFolderArguments

  @Option(help: "The network: \(ModelSpec.patterns). (default: wrn_40_2)")
  var model: String?

  @Option(parsing: .unconditional, help: "How long to train. (default: 200)")
  var epochs: Int?

  @Option(parsing: .unconditional, help: "Images in a training step. (default: 128)")
  var batchSize: Int?

  @Option(parsing: .unconditional, help: "The learning rate at the start. (default: 0.1)")
  var learningRate: Double?

  @Option(
    help: "How it falls: cosine, or step (a tenth from epoch 80, a hundredth from 120). (default: cosine)")
  var learningRateRule: LearningRateRule?

  @Option(parsing: .unconditional, help: "The factor of the squared weights in the loss. (default: 0.0005)")
  var weightDecay: Double?

  @Option(
    parsing: .unconditional,
    help:
      "The side of the square that Cutout removes, in pixels as typed; 0 = off. (default: 16, see --scale-to-size; 0 for --policy none)"
  )
  var cutout: Int?

  @Option(
    parsing: .unconditional,
    help:
      "The zero padding of the random crop, in pixels as typed; 0 = off. (default: 4, see --scale-to-size; 0 for svhn, svhn-full)"
  )
  var cropPadding: Int?

  @OptionGroup var scaling: ScalingOptions

  @Flag(
    inversion: .prefixedNo,
    help:
      "Mirror every second image, by chance. (default: yes; no for svhn, svhn-full, whose digits it would change)"
  )
  var flip: Bool?

  @Option(parsing: .unconditional, help: "The seed of all random numbers. (default: 0)")
  var seed: UInt64?

  @Option(
    help: "Where to compute: auto, cpu, cuda, cuda:N; for a search also cuda:0,cuda:1. (default: auto)")
  var device: String?

  @Option(help: "The number format of convolutions: auto, fp32, bf16. (default: auto: fp32 on a CPU)")
  var precision: String?

  @Option(
    parsing: .unconditional,
    help:
      "Threads of one operation; results depend on it. (default: 1 a trial in a search, all cores in a training)"
  )
  var threads: Int?

  @Option(
    name: .customLong("data-dir"),
    help: "The folder with datasets. (default: \(printable(Settings.defaultDataPlace)))")
  var dataDirectory: String?

  @Option(
    parsing: .unconditional,
    help: "The share of every label that is spread over all classes in the training loss. (default: 0)")
  var labelSmoothing: Double?

  @Option(
    parsing: .unconditional,
    help:
      "The weight of each class in the training loss: balanced (by how rare each is), a YAML or JSON file with 'class: number' lines or a list, or numbers with commas between them. (default: 1 for each)"
  )
  var classWeights: ClassWeightsSetting?

  @Option(help: "A YAML file with any of these settings; flags win.")
  var config: String?

  @Flag(help: "Print the result as JSON.")
  var json = false

  /// What the flags say, and where they are silent the configuration file.
  ///
  /// - Parameter unused: the settings that this command does not read; a note says so where a file has them.
  /// - Returns: the settings that were given.
  /// - Throws: ``SettingsError`` for a setting that is not valid.
  func settings(withoutUseFor unused: [Settings.CodingKeys]) throws -> Settings {
    let flags = try Settings(
      dataset: dataset, trainSize: trainSize, validationSize: validationSize, model: model, epochs: epochs,
      batchSize: batchSize, learningRate: learningRate, learningRateRule: learningRateRule,
      weightDecay: weightDecay,
      cutout: cutout, cropPadding: cropPadding, scaleToSize: scaling.scaleToSize, flip: flip,
      seed: seed, precision: precision, threads: threads, device: device,
      dataDirectory: dataDirectory, imageSize: images.imageSize,
      skipUnreadable: images.skipUnreadable ? true : nil,
      labelSmoothing: labelSmoothing, classWeights: classWeights
    )
    .typed()
    guard let config else { return flags }
    return flags.over(try Settings(contentsOf: config, withoutUseFor: unused))
  }
}
