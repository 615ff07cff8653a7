import ArgumentParser
import Augmentation
import Files
import Foundation
import Interop
import Policies
import Text

/// `pba schedule`: everything about schedules that needs no images.
struct ScheduleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schedule", abstract: "Show, draw, check, stretch, import and export schedules.",
    subcommands: [Show.self, Plot.self, Validate.self, Stretch.self, Import.self, Export.self])

  /// Writes a schedule to a new file, or to standard output where none is named.
  ///
  /// - Parameters:
  ///   - schedule: the schedule, of which a note says what is unusual.
  ///   - data: the bytes to write; nil for the schedule's JSON.
  ///   - output: the path of the new file; nil for standard output.
  /// - Throws: `FileError` where the file is there or cannot be written.
  static func write(_ schedule: Schedule, as data: Data? = nil, to output: String?) throws {
    try write(schedule, to: output) { try $0(data ?? schedule.jsonData()) }
  }

  /// As above, with the bytes given piece by piece.
  static func write(
    _ schedule: Schedule, to output: String?, pieces: (_ write: (Data) throws -> Void) throws -> Void
  ) throws {
    guard let output else { return try pieces(writeResult) }
    try refuseToOverwrite(output)
    try AtomicFile.write(to: output, pieces: pieces)
    printNote(
      "wrote \(output): \(counted(schedule.segments.count, "segment")), \(counted(schedule.epochs, "epoch"))")
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Print a schedule for people, or as JSON.")

    @Argument(help: "rcifar10, rsvhn, or a schedule file.")
    var schedule: String

    @Flag(help: "Print the schedule's JSON.")
    var json = false

    @Flag(help: "Print every entry, also those with probability 0.")
    var all = false

    func run() throws {
      let schedule = try Schedule.load(schedule)
      if json { return try ScheduleCommand.write(schedule, to: nil) }
      printResult(
        "\(printable(schedule.name)): \(counted(schedule.segments.count, "segment")), \(counted(schedule.epochs, "epoch"))"
      )
      if schedule.unfinishedAfter != nil { printResult("of a search that had not ended") }
      if let space = schedule.space {
        let counts = space.operationCount.map { decimal($0, 2) }.joined(separator: ", ")
        printResult("search space \(printable(space.name)), 0, 1, … operations with probability \(counts)")
      }
      var start = 0
      let width = schedule.segments.flatMap(\.policy.entries).reduce(13) { max($0, $1.operation.name.count) }
      for segment in schedule.segments {
        printResult("epochs \(start + 1)-\(start + segment.epochs)")
        let entries = segment.policy.entries.filter { all || $0.probability > 0 }
        if entries.isEmpty { printResult("  nothing") }
        for entry in entries {
          let probability = decimal(Double(entry.probability) / Double(PolicyEntry.probabilityScale), 1)
          let strength =
            schedule.space == nil
            ? "" : " of \(entry.magnitudes.upperBound), \(entry.operation.unit.text(entry.parameter))"
          let magnitude = entry.operation.usesParameter ? "  magnitude \(entry.magnitude)\(strength)" : ""
          printResult("  \(padded(entry.operation.name, width)) probability \(probability)\(magnitude)")
        }
        start += segment.epochs
      }
    }
  }

  struct Validate: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Check schedule files; each bad one is named with its first fault.")

    @Argument(help: "Schedule files.")
    var files: [String]

    func run() throws {
      var bad = 0
      for file in files {
        do {
          let schedule = try Schedule(contentsOf: file)
          printResult(
            "\(printable(file)): valid, \(counted(schedule.segments.count, "segment")), \(counted(schedule.epochs, "epoch"))"
          )
        } catch {
          bad += 1
          printNote(explained(error))
        }
      }
      if bad > 0 {
        throw SettingsError(
          "\(bad) of \(counted(files.count, "schedule")) \(bad == 1 ? "is" : "are") not valid",
          isUsageMistake: false)
      }
    }
  }

  struct Stretch: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Stretch or shrink a schedule to another length.")

    @Argument(help: "rcifar10, rsvhn, or a schedule file.")
    var schedule: String

    @Option(parsing: .unconditional, help: "The new length.")
    var epochs: Int

    @Option(name: .shortAndLong, help: "The file to write. (default: standard output)")
    var output: String?

    func validate() throws { try require("epochs", epochs, in: 1...Schedule.longest) }

    func run() throws {
      let loaded = try Schedule.load(schedule)
      try noteSurprises(of: PolicyChoice(loaded), order: .schedule, name: schedule, epochs: epochs)
      try ScheduleCommand.write(loaded.stretched(to: epochs), to: output)
    }
  }

  struct Import: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Convert the results of a search of the original PBA into a schedule.",
      discussion: """
        PATH is the search's folder, with pbt_policy_N.txt, pbt_global.txt and a folder a trial with result.json, or one \
        of its logs. Of a folder the best trial is taken: the one with the highest number in its last result, and why is \
        said on standard error.
        """)

    @Argument(help: "A result folder of the original's search on Ray Tune, or a log pbt_policy_N.txt.")
    var path: String

    @Option(
      parsing: .unconditional,
      help: "How many epochs the search ran. (default: the most that a trial of the folder reached)")
    var epochs: Int?

    @Option(help: "The trial whose schedule is wanted. (default: the best)")
    var trial: Int?

    @Option(help: "The number in the results that says how good a trial is.")
    var metric = ScheduleImport.Request().metric

    @Flag(help: "The lowest number is the best.")
    var lowest = false

    @Option(help: "The schedule's name. (default: that of the file or folder)")
    var name: String?

    @Option(name: .shortAndLong, help: "The file to write. (default: standard output)")
    var output: String?

    func validate() throws { if let epochs { try require("epochs", epochs, in: 1...Schedule.longest) } }

    func run() throws {
      let imported = try ScheduleImport(
        from: path,
        ScheduleImport.Request(trial: trial, epochs: epochs, metric: metric, lowestWins: lowest, name: name))
      for note in imported.notes { printNote(note) }
      try ScheduleCommand.write(imported.schedule, to: output)
    }
  }
}

/// Throws if the folder that a file is to be written into is not there, before work is done for it.
func requireFolder(of path: String) throws {
  let folder = AtomicFile.folder(of: path)
  guard Folder.isThere(folder) else {
    throw SettingsError(
      "\(path): its folder \(folder) is not there; make it first, or name another place",
      isUsageMistake: false)
  }
}

/// Nothing is written over silently.
func refuseToOverwrite(_ path: String) throws {
  if FileKind(at: path) != nil {
    throw SettingsError(
      "\(path) is already there and is not written over; name another file, or remove it first",
      isUsageMistake: false)
  }
}
