import ArgumentParser
import Files
import Foundation
import Reports
import RunStore

/// `pba report`: a page about a run.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Make a page about a search, a training or a comparison.",
    discussion: """
      One HTML file with results, learning curves, lineage, schedule, a timeline and sample images. It opens without a \
      network. The run may still be in progress, or have been stopped. A report that pba made earlier is replaced in its \
      usual place, RUN/report.html; no other file is written over without --force.
      """)

  @Argument(help: ArgumentHelp("The folder of the run.", valueName: "run"))
  var folder: String

  @Option(name: .shortAndLong, help: "The file to write. (default: RUN/report.html)")
  var output: String?

  @Flag(help: "Write over the output file if it is there.")
  var force = false

  func run() throws {
    let path = folder.count > 1 && folder.hasSuffix("/") ? String(folder.dropLast()) : folder
    let runs = OpenRuns()
    let contents = try RunContents(reading: path, through: runs)
    let usual = path + "/report.html"
    let output = output ?? usual
    let isNew = FileKind(at: output) == nil
    if !isNew, !Self.isReport(output) {
      // Not even --force takes a file of the run for a report.
      guard force, output == usual || !Self.isInside(output, path) else {
        throw SettingsError(
          "\(output) is already there and is no report, so it is not written over; name another file",
          isUsageMistake: false)
      }
    } else if !isNew, !force, output != usual {
      try refuseToOverwrite(output)
    }
    let html = ReportPage(contents, try ReportSubject(contents, through: runs)).html
    runs.close()
    do {
      try AtomicFile.write(Data(html.utf8), to: output)
    } catch let error as FileError where error.cure == nil {
      throw FileError(
        path: error.path, action: error.action, reason: error.reason, cure: "name another file with -o")
    }
    printNote("wrote \(output)")
  }

  private static func isInside(_ file: String, _ folder: String) -> Bool {
    func whole(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }
    return whole(file).hasPrefix(whole(folder) + "/")
  }

  /// Whether a file begins as reports do.
  private static func isReport(_ path: String) -> Bool {
    guard let file = try? OwnFileReader(path), let head = try? file.read(upTo: 512) else { return false }
    return String(decoding: head, as: UTF8.self).contains(ReportPage.generator)
  }
}
