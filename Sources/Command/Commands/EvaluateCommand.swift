import ArgumentParser
import Datasets
import Reports
import Text
import Training

/// `pba evaluate`: measures a checkpoint.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "Measure a checkpoint on a dataset's test or validation images.",
    discussion: """
      Prints the accuracy over all images and that of each class. --csv and --plot write the confusion matrix: how many \
      images of each class (rows) were taken for each class (columns).
      """)

  @Option(help: "The images: \(DatasetFamily.usages).")
  var dataset: String

  @Option(help: NamedCheckpoint.help)
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

  @OptionGroup var compute: ComputeOptions

  @Flag(help: "Print the result as JSON.")
  var json = false

  @Option(
    help:
      "Also write the confusion matrix to this file, as comma-separated values; - for standard output, in place of the result."
  )
  var csv: String?

  @Option(help: "Also draw the confusion matrix; the picture's name ends with .svg or .png.")
  var plot: String?

  @OptionGroup var look: PictureLook

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

  func validate() throws {
    if json, csv == "-" { throw ValidationError("--csv: found - beside --json, expected a file") }
    if let plot {
      try look.validate(plot, option: "--plot")
      if let csv, csv == plot { throw ValidationError("--plot: found the file of --csv, expected another") }
    }
  }

  func run() throws {
    let target = CSVTarget(csv, force: look.force)
    try target?.requireFree()
    if let plot {
      try look.refuseToOverwrite(plot)
      try requireFolder(of: plot)
    }
    let named = try NamedCheckpoint(checkpoint)
    let info = try Trainer.checkpointInfo(named.file, name: named.path)
    try requireRoom(for: info)
    let loaded = try loadShowingProgress(
      DataSelection(
        dataset, trainSize: trainSize, validationSize: validationSize, dataDirectory: dataDirectory,
        images: images.options(for: dataset, trainedOn: info.imageSize)))
    guard loaded.classNames == info.classNames else {
      throw SettingsError(
        "\(named.path) was trained on the classes \(info.classNames.joined(separator: ", ")); those of \(dataset) are"
          + " \(loaded.classNames.joined(separator: ", ")); name the dataset that it was trained on",
        isUsageMistake: false)
    }
    let (device, threads) = try compute.resolved()
    guard split.images(of: loaded).count > 0 else {
      throw SettingsError(
        "\(dataset): found no \(split.rawValue) images, expected some to evaluate on; give another --split"
          + (split == .validation ? ", or --validation-size" : ""), isUsageMistake: false)
    }
    let evaluation: ClassEvaluation
    do {
      evaluation = try Trainer.evaluating(
        named.file, name: named.path, on: loaded, threads: threads, device: device, split: split.images)
    } catch TrainingError.notFiniteEvaluation(let loss) {
      throw TrainingError.checkpoint(
        "\(named.path): its network's loss is \(loss): the training had diverged")
    }
    try target?.write(evaluation.confusion.writeCSV)
    if let plot {
      let matrix = evaluation.confusion
      try look.write(ConfusionFigure(classNames: matrix.classNames, rows: matrix.rows).drawing, to: plot)
    }
    if target?.isStandardOutput == true { return }
    let report = EvaluationReport(evaluation, split: split.rawValue)
    if json { try printJSON(report.json) } else { report.lines.forEach(printResult) }
  }

  /// Throws where a picture of the classes was asked for and they are too many.
  private func requireRoom(for info: CheckpointInfo) throws {
    guard plot != nil, info.classNames.count > ConfusionFigure.mostClasses else { return }
    throw SettingsError(
      "--plot: found \(info.classNames.count) classes, expected at most \(ConfusionFigure.mostClasses), which have room"
        + " in a picture; give --csv, which has room for all", isUsageMistake: false)
  }
}
