import ArgumentParser
import Files
import Foundation
import Text
import Workers

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// `pba trainer`: begins and examines a training of the user's own, in Python.
struct TrainerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trainer",
    abstract: "Begin and check a trainer of your own, in Python, for pba search --trainer.",
    discussion: """
      Needs Python with the package swift_pba: the one that PBA_PYTHON names, else python3.
      """,
    subcommands: [TrainerInitCommand.self, TrainerCheckCommand.self])
}

/// `pba trainer init`: writes an example to begin with.
struct TrainerInitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Write a trainer to begin with: torchvision's ResNet-18 on an image folder.")

  @Argument(help: "The Python file to write; one that is there is kept.")
  var file: String

  func run() throws {
    let python = try PythonInterpreter()
    try python.requirePackage()
    try python.become(arguments: PythonInterpreter.trainerCommand + ["init", file])
  }
}

/// `pba trainer check`: runs two tiny segments.
struct TrainerCheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Train a few batches, and say whether checkpoints restore exactly and what a search will cost.",
    discussion: """
      Trains two epochs at once and again one by one, from a checkpoint and in another process: both must reach the same \
      score.
      """)

  @Argument(help: "The trainer: FILE.py or FILE.py:Class.")
  var trainer: TrainerName

  @Option(\.trainerConfig) var trainerConfig: TrainerSettingsSource?
  @Option(\.score) var score: String?
  @Option(\.epochs, help: "How long the search will train.") var epochs: Int?
  @Option(\.population) var population: Int?
  @Option(\.interval) var interval: Int?
  @Option(\.workers) var workers: Int?
  @Option(\.device, help: "Where to compute: auto, cpu, cuda:N.") var device: String?

  @Flag(help: "Train whole epochs, not a few batches of each.")
  var whole = false

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    let settings = typedSettings
    try settings.naming {
      let check = try TrainerCheck(settings, trainer: trainer)
      let python = try PythonInterpreter()
      try python.requirePackage()
      try python.become(
        arguments: check.arguments + (whole ? ["--whole"] : []) + (json ? ["--json"] : []))
    }
  }
}

extension PythonInterpreter {
  /// Ends this program and starts the interpreter in its place, which has its channels and its exit code.
  ///
  /// Throws where the system does not start it.
  func become(arguments: [String]) throws {
    let words = ([path] + arguments).map { strdup($0) } + [nil]
    let values = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
    execve(path, words, values)
    throw FileError(path: path, action: "start it", reason: systemReason(errno))
  }
}
