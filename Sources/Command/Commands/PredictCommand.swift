import ArgumentParser
import Datasets
import Files
import Foundation
import Text
import Training

/// `pba predict`: says which class images belong to.
struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict", abstract: "Say which class images belong to, by a checkpoint.",
    discussion: """
      Images are JPEG, PNG, WebP, GIF, BMP, TIFF or PNM of any size; they are scaled and cropped to the size that the \
      network was trained on, as the images of folder:PATH are. The checkpoint knows that size, the names of the classes \
      and how images are normalised. Folders are walked in the order of their names, with all that lies below them; \
      hidden names are passed over.

      Prints a line for each image: the best class with its probability, then the others. An image that cannot be read \
      has a line on standard error instead, and the exit code is 1; the others are predicted all the same.
      """)

  @Argument(help: "Images, and folders of images.")
  var images: [String]

  @Option(help: NamedCheckpoint.help)
  var checkpoint: String

  @Option(
    parsing: .unconditional,
    help: "How many classes to name for each image. (default: 5, or all where there are fewer)")
  var top: Int?

  @Flag(help: "Leave out files that cannot be read as images; otherwise the exit code is 1.")
  var skipUnreadable = false

  @OptionGroup var compute: ComputeOptions

  @Flag(help: "Print the result as JSON.")
  var json = false

  @Option(
    help: "Write the result to this file, as comma-separated values; - for standard output.")
  var csv: String?

  func validate() throws {
    if json, csv != nil { throw ValidationError("--csv: found --json too, expected one of them") }
    if let top, top < 1 { throw ValidationError("--top: found \(top), expected 1 or more") }
  }

  func run() throws {
    let target = CSVTarget(csv)
    try target?.requireFree()
    let named = try NamedCheckpoint(checkpoint)
    let (device, threads) = try compute.resolved()
    let predictor = try Predictor(named.file, name: named.path, threads: threads, device: device)
    let names = predictor.info.classNames
    if let top, top > names.count {
      throw SettingsError(
        "--top: found \(top), expected 1 to the \(counted(names.count, "class", "classes")) of \(named.path)")
    }
    let files = ImageFileList(at: images)
    for note in files.notes { printNote(note) }
    guard !files.items.isEmpty else {
      throw SettingsError(
        "\(images.joined(separator: ", ")): found no file, expected images; name others",
        isUsageMistake: false)
    }
    let count = min(top ?? 5, names.count)
    var session = PredictionSession(predictor: predictor, files: files, count: count)
    if let target {
      try target.write { try session.run(PredictionCSV(count: count), write: $0) }
    } else if json {
      try session.run(PredictionJSON(checkpoint: named.path), write: printResultLines)
    } else {
      let table = PredictionTable(paths: files.items.lazy.map(\.path), classNames: names)
      try session.run(table, write: printResultLines)
    }
    try session.settle(skip: skipUnreadable)
  }
}
