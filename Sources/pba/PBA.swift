import ArgumentParser
import Augmentation
import Files
import Foundation
import Torch
import Training

/// The command line: arguments in, results on standard output, progress on standard error.
@main
struct PBA: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pba",
    abstract:
      "Learn a schedule of image augmentation with a population of small networks, and train with it.",
    discussion: """
      Begin with `pba quickstart`: a search and two kinds of training on bundled images, in minutes.
      Results go to standard output, progress to standard error. Exit codes: 0 done, 1 failed, 64 wrong usage.
      """,
    version: Version.text,
    subcommands: [
      QuickstartCommand.self, SearchCommand.self, TrainCommand.self, CompareCommand.self,
      ReproduceCommand.self, EvaluateCommand.self, ScheduleCommand.self, PolicyCommand.self,
      ApplyCommand.self, PreviewCommand.self, ReportCommand.self, DataCommand.self, BenchmarkCommand.self,
      DoctorCommand.self,
    ])

  static func main() {
    Runtime.skipCleanup()
    if let complaint = InstructionSet.complaint ?? kernelsComplaint ?? devicePathComplaint {
      printNote("Error: \(complaint)")
      exit(withError: ExitCode.validationFailure)
    }
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch  where error.isUsageMistake {
      printNote("Error: \(error)")
      exit(withError: ExitCode.validationFailure)
    } catch  where error is CocoaError || error is POSIXError {
      printNote("Error: \(systemReason(of: error))")
      exit(withError: ExitCode.failure)
    } catch {
      exit(withError: error)
    }
  }
}

extension PBA {
  /// What is wrong with the variable that names the kernels of training, where something is.
  fileprivate static var kernelsComplaint: String? {
    guard let name = ProcessInfo.processInfo.environment[Runtime.kernelsVariable], !name.isEmpty else {
      return nil
    }
    do {
      try Runtime.setKernels(name)
      return nil
    } catch {
      return "\(Runtime.kernelsVariable): \(error)"
    }
  }
}

extension PBA {
  /// What is wrong with the variable that names the way to a device, where it is no such name.
  fileprivate static var devicePathComplaint: String? {
    do {
      _ = try DevicePath.chosen(obstacle: nil)
      return nil
    } catch {
      return "\(error)"
    }
  }
}

/// The version of this program.
enum Version {
  static let text = "0.1.0"
}
