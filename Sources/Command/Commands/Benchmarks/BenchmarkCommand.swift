import ArgumentParser

/// `pba benchmark`: this program's speed on this machine, alone or beside its rivals.
struct BenchmarkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "benchmark", abstract: "Measure speed on this machine, alone or beside rivals.",
    discussion: """
      With --rivals the same work is done in Python as well, by the scripts of Benchmarks/rivals, and the two take turns in \
      one run, so that a drift of the machine meets both. Figures are medians with their range in brackets.
      """,
    subcommands: [AugmentBenchmark.self, TrainBenchmark.self, SearchBenchmark.self])
}
