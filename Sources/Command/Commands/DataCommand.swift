import ArgumentParser
import Augmentation
import Datasets
import Text

/// `pba data`: the datasets.
struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data", abstract: "List, fetch, check and describe datasets.",
    subcommands: [List.self, DataFetchCommand.self, Verify.self, Stats.self])

  struct Options: ParsableArguments {
    @Option(name: .customLong("data-dir"), help: "The folder with datasets.")
    var dataDirectory = Settings.defaultDataPlace

    @Flag(help: "Print the result as JSON.")
    var json = false
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Which datasets there are, and where they were found.")

    @OptionGroup var options: Options

    struct Row: Encodable {
      let name: String
      let summary: String
      let licence: String?
      let folder: String?
      let state: String
    }

    func run() throws {
      let rows = DatasetFamily.all.map { family in
        let (folder, state): (String?, String) =
          switch family.plain?.status(dataDirectory: options.dataDirectory) {
          case .found(let folder, let form): (folder, "found in \(folder) (\(form))")
          case .incomplete(let folder, let missing, let cure):
            (folder, "incomplete in \(folder), without \(missing.joined(separator: ", ")): \(cure)")
          case .missing(_, let cure): (nil, "not found: \(cure)")
          case .generated: (nil, "made by the program")
          case nil: (nil, "named as \(family.usage)")
          }
        return Row(
          name: family.usage, summary: family.summary, licence: family.plain?.licence, folder: folder,
          state: state)
      }
      if options.json { return try printJSON(rows) }
      for row in rows {
        printResult("\(padded(row.name, 15)) \(row.summary)")
        printResult("\(padded("", 15)) \(row.state)")
      }
    }
  }

  struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Compare a dataset's files with what is published of them.")

    @Argument(help: "The dataset.")
    var dataset: String

    @OptionGroup var options: Options

    func run() throws {
      let spec = try DatasetSpec.named(dataset)
      let results = try withLoadingProgress { observer in
        try spec.verify(dataDirectory: options.dataDirectory, observer: observer)
      }
      if options.json {
        try printJSON(results)
      } else if results.isEmpty {
        printResult("\(dataset) is made by the program: there are no files to verify")
      } else {
        for result in results { printResult("\(result.path): \(Self.words(for: result))") }
      }
      if !results.allSatisfy(\.passed) { throw ExitCode.failure }
    }

    private static func words(for result: FileVerification) -> String {
      switch result.outcome {
      case .asPublished: "as published"
      case .differs:
        "DIFFERS: found \(result.found ?? "nothing"), published \(result.expected ?? "nothing"); "
          + "its structure is sound"
      case .structureCheckedOnly: "structure checked only: no sum of this file is published"
      case .malformed: "MALFORMED: \(result.problem ?? "")"
      case .missing: "MISSING: \(result.problem ?? "")"
      }
    }
  }

  struct Stats: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Sizes, classes and the normalisation of a dataset's splits.")

    @Argument(help: "The dataset.")
    var dataset: String

    @Option(parsing: .unconditional, help: "How many images to train on.")
    var trainSize: Int?

    @Option(parsing: .unconditional, help: "How many images to validate on.")
    var validationSize: Int?

    @OptionGroup var images: ImageFolderArguments
    @OptionGroup var options: Options

    struct Report: Encodable {
      let dataset: String
      /// The SHA-256 of all images and labels, by which a run recognises them; nil where nothing shows it.
      let digest: String?
      let height: Int
      let width: Int
      let train: Int
      let validation: Int
      let test: Int
      let skipped: Int
      let classes: [String]
      let trainPerClass: [Int]
      let validationPerClass: [Int]
      let testPerClass: [Int]
      /// What makes the figures of a training less than they seem, a line each.
      let cautions: [String]
      /// What the images are normalised with: the published figures where there are any for these sizes.
      let statistics: ChannelStatistics
      /// The training images' own figures.
      let measured: ChannelStatistics
    }

    func run() throws {
      let data = try loadShowingProgress(
        DataSelection(
          dataset, trainSize: trainSize, validationSize: validationSize,
          dataDirectory: options.dataDirectory, images: images.options))
      let counts = data.classCounts
      let report = Report(
        dataset: data.name, digest: options.json ? data.digest() : nil, height: data.train.images.height,
        width: data.train.images.width,
        train: data.train.count,
        validation: data.validation.count, test: data.test.count, skipped: data.skippedImages,
        classes: data.classNames,
        trainPerClass: counts.train, validationPerClass: counts.validation, testPerClass: counts.test,
        cautions: data.cautions(),
        statistics: data.statistics, measured: ChannelStatistics(of: data.train.images))
      for caution in report.cautions { printNote(caution) }
      if options.json { return try printJSON(report) }
      printResult("\(report.dataset): \(report.width)×\(report.height) RGB")
      printResult("training \(report.train), validation \(report.validation), test \(report.test) images")
      if report.skipped > 0 {
        printResult(
          "left out \(counted(report.skipped, "file or folder", "files or folders")) that cannot be read")
      }
      Self.show(report.statistics, "normalised with")
      if report.measured != report.statistics { Self.show(report.measured, "measured here") }
      for (place, name) in report.classes.enumerated() {
        printResult(
          "  \(padded(name, 14)) \(counted(counts.train[place], "training image")), \(counts.validation[place]) validation, "
            + "\(counts.test[place]) test")
      }
    }

    private static func show(_ statistics: ChannelStatistics, _ origin: String) {
      for (name, values) in [
        ("mean", statistics.mean), ("standard deviation", statistics.standardDeviation),
      ] {
        let figures = values.map { decimal(Double($0), 6) }.joined(separator: " ")
        printResult("\(padded(origin, 15)) \(padded(name, 19))\(figures)")
      }
    }
  }
}
