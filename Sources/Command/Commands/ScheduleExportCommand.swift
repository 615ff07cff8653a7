import ArgumentParser
import Files
import Foundation
import Interop
import Policies
import Text

extension ScheduleCommand {
  struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write a schedule as JSON or CSV, or for other programs.",
      discussion: """
        json is the program's own format; csv has a line for each epoch and entry; ray is a log that the original's \
        --hp_policy reads from a .txt file.

        torchvision is a Python module with a torch.nn.Module for PIL images: all policies, the choice among operations and \
        the pixels are those of this program, the random numbers are Python's own. \
        albumentations is a folder with a file for each policy that albumentations.load reads, or with --epoch one such file: \
        the choice among operations has the same chances, some operations have other pixels. Each says in itself what is lost.
        """)

    @Argument(help: "rcifar10, rsvhn, or a schedule file.")
    var schedule: String

    @Option(help: "The form.")
    var format: Format = .json

    @Option(
      parsing: .unconditional,
      help: "For albumentations: the epoch whose policy is written, from 1. (default: all, in a folder)")
    var epoch: Int?

    @Option(
      name: .shortAndLong,
      help: "The file to write; for albumentations without --epoch, a new folder. (default: standard output)")
    var output: String?

    enum Format: String, CaseIterable, ExpressibleByArgument {
      case json, csv, ray, torchvision, albumentations
    }

    func validate() throws {
      guard let epoch else { return }
      guard format == .albumentations else {
        throw ValidationError("--epoch: found --format \(format.rawValue), expected albumentations")
      }
      try require("epoch", epoch, in: 1...Schedule.longest)
    }

    func run() throws {
      let schedule = try Schedule.load(schedule)
      switch format {
      case .json: try ScheduleCommand.write(schedule, to: output)
      case .csv: try ScheduleCommand.write(schedule, to: output, pieces: schedule.writeCSV)
      case .ray:
        try ScheduleCommand.write(schedule, as: OriginalLog.data(of: schedule), to: output)
        printNote("the original reads it with --hp_policy FILE.txt --hp_policy_epochs \(schedule.epochs)")
      case .torchvision:
        try ScheduleCommand.write(schedule, to: output) { try TorchvisionModule.write(schedule, $0) }
        printNote(
          "its transform draws other random numbers than pba, and needs set_epoch; the file's head says what is lost"
        )
      case .albumentations: try writeAlbumentations(schedule)
      }
    }

    private func writeAlbumentations(_ schedule: Schedule) throws {
      let files = try AlbumentationsFile.all(of: schedule)
      if let epoch {
        guard let file = files.first(where: { $0.epochs.contains(epoch) }) else {
          throw SettingsError("--epoch: found \(epoch), expected 1 to \(schedule.epochs)")
        }
        try write(file, of: schedule)
      } else if let output {
        try write(files, of: schedule, toFolder: output)
      } else if files.count == 1 {
        try write(files[0], of: schedule)
      } else {
        throw SettingsError(
          "--output: found nothing for the files of \(files.count) policies, expected a new folder; give one, or --epoch"
        )
      }
      printNote(
        "Albumentations knows no epochs, and has other pixels for some operations; the files say what is lost"
      )
    }

    private func write(_ file: AlbumentationsFile, of schedule: Schedule) throws {
      let data = try file.data(name: schedule.name)
      guard let output else { return writeResult(data) }
      try refuseToOverwrite(output)
      try AtomicFile.write(data, to: output)
      printNote("wrote \(output): epochs \(file.epochs.lowerBound) to \(file.epochs.upperBound)")
    }

    private func write(_ files: [AlbumentationsFile], of schedule: Schedule, toFolder folder: String) throws {
      try refuseToOverwrite(folder)
      try requireFolder(of: folder)
      try Folder.make(folder)
      for file in files {
        try AtomicFile.write(
          file.data(name: schedule.name), to: folder + "/" + file.name(length: schedule.epochs))
      }
      let text = AlbumentationsFile.instructions(
        for: files, name: schedule.name, length: schedule.epochs)
      try AtomicFile.write(Data(text.utf8), to: folder + "/README.txt")
      printNote(
        "wrote \(folder): \(counted(files.count, "file")) for \(counted(schedule.epochs, "epoch")), and README.txt"
      )
    }
  }
}
