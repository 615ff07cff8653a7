import Files
import ArgumentParser
import Foundation
import Policies
import RunStore

/// `pba schedule`: everything about schedules that needs no images.
struct ScheduleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schedule", abstract: "Show, check, stretch, import and export schedules.",
    subcommands: [Show.self, Validate.self, Stretch.self, Import.self, Export.self])

  /// The schedule of a name or a file.
  static func load(_ argument: String) throws -> Schedule {
    if Schedule.publishedNames.contains(argument) { return try Schedule.named(argument) }
    if FileManager.default.fileExists(atPath: argument) || argument.contains("/")
      || argument.hasSuffix(".json")
    {
      return try Schedule(contentsOf: argument)
    }
    return try Schedule.named(argument)
  }

  /// Writes a schedule to a new file, or to standard output where none is named.
  static func write(_ schedule: Schedule, to output: String?) throws {
    guard let output else {
      writeResult(schedule.jsonData())
      return
    }
    try refuseToOverwrite(output)
    try AtomicFile.write(schedule.jsonData(), to: output)
    printNote("wrote \(output): \(schedule.segments.count) segments, \(schedule.epochs) epochs")
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
      let schedule = try ScheduleCommand.load(schedule)
      if json { return try ScheduleCommand.write(schedule, to: nil) }
      printResult("\(schedule.name): \(schedule.segments.count) segments, \(schedule.epochs) epochs")
      if schedule.unfinishedAfter != nil { printResult("of a search that had not ended") }
      var start = 0
      for segment in schedule.segments {
        printResult("epochs \(start + 1)-\(start + segment.epochs)")
        let entries = segment.policy.entries.filter { all || $0.probability > 0 }
        if entries.isEmpty { printResult("  nothing") }
        for entry in entries {
          let probability = decimal(Double(entry.probability) / Double(PolicyEntry.probabilityScale), 1)
          printResult(
            "  \(padded(entry.operation.name, 13)) probability \(probability)  magnitude \(entry.magnitude)")
        }
        start += segment.epochs
      }
    }
  }

  struct Validate: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Check schedule files; the first fault is named.")

    @Argument(help: "Schedule files.")
    var files: [String]

    func run() throws {
      for file in files {
        let schedule = try Schedule(contentsOf: file)
        printResult("\(file): valid, \(schedule.segments.count) segments, \(schedule.epochs) epochs")
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

    func run() throws {
      try ScheduleCommand.write(ScheduleCommand.load(schedule).stretched(to: epochs), to: output)
    }
  }

  struct Import: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Read a log of the original PBA (pbt_policy_N.txt) as a schedule.")

    @Argument(help: "The log file: lines of Python lists, or of JSON.")
    var log: String

    @Option(parsing: .unconditional, help: "How many epochs the search ran.")
    var epochs: Int

    @Option(help: "The schedule's name. (default: the file's)")
    var name: String?

    @Option(name: .shortAndLong, help: "The file to write. (default: standard output)")
    var output: String?

    func run() throws {
      let fileName = URL(fileURLWithPath: log).deletingPathExtension().lastPathComponent
      try ScheduleCommand.write(
        OriginalLog.read(contentsOf: log, epochs: epochs, name: name ?? fileName), to: output)
    }
  }

  struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Write a schedule as a versioned JSON file.")

    @Argument(help: "rcifar10, rsvhn, or a schedule file.")
    var schedule: String

    @Option(name: .shortAndLong, help: "The file to write. (default: standard output)")
    var output: String?

    func run() throws {
      try ScheduleCommand.write(ScheduleCommand.load(schedule), to: output)
    }
  }
}

/// Nothing is written over silently.
func refuseToOverwrite(_ path: String) throws {
  if FileManager.default.fileExists(atPath: path) {
    throw SettingsError(
      "\(path) is already there and is not written over; name another file, or remove it first",
      isUsageMistake: false)
  }
}
