import ArgumentParser
import Augmentation
import Files
import Foundation
import Text
import Threads
import Torch
import Training

/// The command line: arguments in, results on standard output, progress on standard error.
public struct PBA: ParsableCommand {
  /// The name, the help and the subcommands.
  public static let configuration = CommandConfiguration(
    commandName: "pba",
    abstract:
      "Learn a schedule of image augmentation with a population of small networks, and train with it.",
    discussion: """
      Begin with `pba quickstart`: a search and two kinds of training on bundled images, in minutes.
      Results go to standard output, progress to standard error. Exit codes: 0 done, 1 failed, 64 wrong usage, 75 stopped by \
      --stop-after, 128 + the signal's number stopped by a signal (130 Ctrl-C, 143 SIGTERM, 129 SIGHUP); what is finished is \
      kept.
      """,
    version: Version.text,
    subcommands: [
      QuickstartCommand.self, SearchCommand.self, TrainCommand.self, CompareCommand.self,
      ReproduceCommand.self, EvaluateCommand.self, PredictCommand.self, ScheduleCommand.self,
      PolicyCommand.self, SpaceCommand.self, ApplyCommand.self, PreviewCommand.self, ReportCommand.self,
      DashboardCommand.self, DataCommand.self, TrainerCommand.self, BenchmarkCommand.self, DoctorCommand.self,
      WorkerCommand.self,
    ])

  /// The parser of arguments makes it.
  public init() {}
}

/// Does what the program's arguments ask for; ends the program where that fails.
///
/// On whichever thread: a small stack has another one do it.
public func runProgram() { PBA.runProgram() }

extension ParsableCommand {
  /// Ends the program where the system made no thread for it.
  ///
  /// - Parameter code: the system's number of the reason.
  public static func endWithoutThread(code: Int32) -> Never {
    printError("\(ThreadError(code: code))")
    exit(withError: ExitCode.failure)
  }

  /// Does what the program's arguments ask of this command; ends the program where that fails.
  nonisolated public static func runProgram() {
    Runtime.whenLoaded {
      Runtime.skipCleanup()
      Runtime.limitMemory(MemoryLimit().bytes)
      // Until a training asks for more: libtorch would start one for each core at the first operation.
      return (try? Runtime.setThreads(1)) != nil && PBA.areKernelsChosen
    }
    let words = CommandWords(Array(CommandLine.arguments.dropFirst()), of: Self.self)
    if let complaint = InstructionSet.complaint ?? PBA.kernelsComplaint ?? PBA.devicePathComplaint
      ?? words.complaint
    {
      printError(complaint)
      exit(withError: ExitCode.validationFailure)
    }
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch  where error.isUsageMistake {
      printError(explained(error))
      exit(withError: ExitCode.validationFailure)
    } catch  where error is CocoaError || error is POSIXError {
      end(
        with: FileError(foundation: error)
          ?? SettingsError(ErrorText(systemReason(of: error)), isUsageMistake: false))
    } catch {
      end(with: error)
    }
  }

  /// Prints what an error says, or the help that was asked for, and ends with its exit code.
  private static func end(with error: any Error) -> Never {
    let code = error.isStop ? Interruption.exitCode : exitCode(for: error)
    guard code != .success else {
      // Help has defaults that come from the environment.
      let text = fullMessage(for: error)
      if !text.isEmpty { printResultLines(text) }
      exit(withError: code)
    }
    if let error = error as? any ExplainedError {
      printError(explained(error))
      exit(withError: code)
    }
    let message = Self.message(for: error)
    var usage = fullMessage(for: error)
    if !message.isEmpty {
      // The parser breaks a line in one place alone: before the values of a list.
      let parts = message.components(separatedBy: "\n  - ")
      printError(parts[0])
      for value in parts.dropFirst() { printNote("  - " + value) }
      usage = String(Substring(usage.utf8.dropFirst("Error: \(message)\n".utf8.count)))
    }
    if !usage.isEmpty { printNoteLines(usage) }
    exit(withError: code)
  }
}

extension PBA {
  /// The kernels of training that the environment asks for; nil where it asks for none.
  private static var kernels: String? {
    ProcessInfo.processInfo.environment[Runtime.kernelsVariable].flatMap { $0.isEmpty ? nil : $0 }
  }

  /// What is wrong with that request, where no processor has such kernels.
  fileprivate static var kernelsComplaint: String? {
    guard let kernels, !Runtime.kernelNames.contains(kernels) else { return nil }
    return
      "\(Runtime.kernelsVariable): found '\(kernels)', expected \(Runtime.kernelNames.joined(separator: ", "))"
  }

  /// Whether this processor has the kernels that were asked for, if any were.
  fileprivate static var areKernelsChosen: Bool {
    guard let kernels else { return true }
    return (try? Runtime.setKernels(kernels)) != nil
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
public enum Version {
  /// As in `0.1.0`.
  public static let text = "0.1.0"
}
