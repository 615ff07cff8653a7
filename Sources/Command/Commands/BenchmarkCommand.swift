import ArgumentParser

/// `pba benchmark`: says where the benchmarks are.
struct BenchmarkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "benchmark", abstract: "Say how the benchmarks are run.", shouldDisplay: false)

  @Argument(parsing: .allUnrecognized, help: "What is measured, and how; not used here.")
  var arguments: [String] = []

  func run() throws {
    printError(
      "the benchmarks are a program of their own; in a checkout run Benchmarks/run, such as: Benchmarks/run augment"
    )
    throw ExitCode.validationFailure
  }
}
