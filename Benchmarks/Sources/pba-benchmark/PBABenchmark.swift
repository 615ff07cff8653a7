import ArgumentParser
import Command

/// `pba-benchmark`: the speed of this program on this machine, alone or beside its rivals.
struct PBABenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pba-benchmark", abstract: "Measure pba's speed on this machine, alone or beside rivals.",
    discussion: """
      With --rivals the same work is done in Python as well, by the scripts of Benchmarks/rivals, and the two take turns in \
      one run, so that a drift of the machine meets both. Figures are medians with their range in brackets.
      """,
    version: Version.text,
    subcommands: [
      AugmentBenchmark.self, TrainBenchmark.self, SearchBenchmark.self, WorkersBenchmark.self,
      ExplorersBenchmark.self, SimulatedWorker.self,
    ])
}
