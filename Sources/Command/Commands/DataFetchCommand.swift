import ArgumentParser
import Datasets

/// `pba data fetch`: a dataset's files from where they are published.
struct DataFetchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fetch",
    abstract: "Download a dataset, check it against the published sums and unpack it.",
    discussion: """
      The same command continues an interrupted download. A dataset that is complete is not changed.
      """)

  @Argument(help: "The dataset.")
  var dataset: String

  @Option(
    help: "Where to fetch from instead of the official address: a base URL, a local folder, or a local file.")
  var mirror: String?

  @Option(
    parsing: .unconditional, help: "How often a failed request is repeated in a row.")
  var retries = 4

  @OptionGroup var options: DataCommand.Options

  private struct Report: Encodable {
    let dataset: String
    let folder: String
  }

  func validate() throws {
    guard retries >= 0 else { throw ValidationError("--retries: found \(retries), expected a number from 0") }
  }

  func run() throws {
    let spec = try DatasetSpec.named(dataset)
    var progress: ProgressDisplay?
    var bytes = 0
    let folder = try spec.fetch(
      dataDirectory: options.dataDirectory, mirror: mirror, retries: retries
    ) { event in
      switch event {
      case .begins(let file, let address, let total, let present):
        progress?.finish()
        printNote("fetching \(address)" + (present > 0 ? ", \(present) of \(total) bytes are there" : ""))
        progress = ProgressDisplay(total: total / 1000, unit: "kB")
        progress?.setLabel(file)
        bytes = present
        progress?.advance(bytes / 1000)
      case .progress(let more):
        // Whole kilobytes are shown, none are lost between pieces.
        progress?.advance((bytes + more) / 1000 - bytes / 1000)
        bytes += more
      case .note(let text):
        if let progress { progress.note(text) } else { printNote(text) }
      }
    }
    progress?.finish()
    if options.json { return try printJSON(Report(dataset: dataset, folder: folder)) }
    printResult("\(dataset) is in \(folder)")
  }
}
