import ArgumentParser
import Datasets
import Files
import Foundation
import Text
import Training

/// `pba evaluate`: measures a checkpoint.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "Measure a checkpoint on a dataset's test or validation images.")

  @Option(help: "The images: \(DatasetFamily.usages).")
  var dataset: String

  @Option(
    help:
      "The checkpoint, a safetensors file that pba wrote; or the folder of a training: its best one where it was validated between epochs, otherwise its newest."
  )
  var checkpoint: String

  @Option(help: "Which images: test, validation, train.")
  var split: Split = .test

  @Option(
    parsing: .unconditional,
    help:
      "How many images the training split has; for --split train or validation. (default: the dataset's own)")
  var trainSize: Int?

  @Option(
    parsing: .unconditional,
    help: "How many images the validation split has; for --split validation. (default: the dataset's own)")
  var validationSize: Int?

  @OptionGroup var images: ImageFolderArguments

  @Option(name: .customLong("data-dir"), help: "The folder with datasets.")
  var dataDirectory = Settings.defaultDataPlace

  @Option(help: "Where to compute: auto, cpu, cuda, cuda:N.")
  var device = Settings.automatic

  @Option(parsing: .unconditional, help: "Threads of one operation. (default: all cores)")
  var threads: Int?

  @Flag(help: "Print the result as JSON.")
  var json = false

  enum Split: String, CaseIterable, ExpressibleByArgument {
    case test, validation, train

    func images(of data: DatasetSplits) -> LabeledImages {
      switch self {
      case .test: data.test
      case .validation: data.validation
      case .train: data.train
      }
    }
  }

  func run() throws {
    let checkpoint = try checkpointFile(checkpoint)
    let file = Data(try readBytes(checkpoint, limit: 1 << 34))
    let info = try Trainer.checkpointInfo(file, name: checkpoint)
    let loaded = try loadShowingProgress(
      DataSelection(
        dataset, trainSize: trainSize, validationSize: validationSize, dataDirectory: dataDirectory,
        images: images.options(for: dataset, trainedOn: info.imageSize)))
    guard loaded.classNames == info.classNames else {
      throw SettingsError(
        "\(checkpoint) was trained on the classes \(info.classNames.joined(separator: ", ")); those of \(dataset) are"
          + " \(loaded.classNames.joined(separator: ", ")); name the dataset that it was trained on",
        isUsageMistake: false)
    }
    var recipe = info.recipe
    recipe.threads = threads ?? Settings.cores
    let options = Settings {
      $0.threads = self.threads
      $0.device = self.device
    }.typed()
    let device = try options.naming {
      try recipe.validate()
      return try options.resolvedDevice()
    }
    guard split.images(of: loaded).count > 0 else {
      throw SettingsError(
        "\(dataset): found no \(split.rawValue) images, expected some to evaluate on; give another --split"
          + (split == .validation ? ", or --validation-size" : ""), isUsageMistake: false)
    }
    let evaluation: Evaluation
    do {
      evaluation = try Trainer.evaluating(
        file, name: checkpoint, on: loaded, threads: recipe.threads, device: device, split: split.images)
    } catch TrainingError.notFiniteEvaluation(let loss) {
      throw TrainingError.checkpoint(
        "\(checkpoint): its network's loss is \(loss): the training had diverged")
    }
    if json {
      try printJSON(evaluation)
    } else {
      printResult("accuracy \(percent(evaluation.accuracy))")
      printResult("loss     \(decimal(evaluation.loss, 4))")
      printResult("images   \(evaluation.images) (\(split.rawValue))")
      printResult("classes  \(shortList(info.classNames))")
    }
  }
}
