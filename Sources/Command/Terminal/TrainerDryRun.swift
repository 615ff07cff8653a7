import Foundation
import Search
import Text
import Threads
import Workers

/// What a search with a user's trainer would do and cost, found out by trying the trainer.
struct TrainerDryRun {
  private let configuration: TrainerConfiguration
  private let workers: Int

  init(_ configuration: TrainerConfiguration) {
    self.configuration = configuration
    workers =
      switch configuration.trialsAtOnce {
      case .trials(let count): min(count, configuration.population)
      case .automatic:
        SegmentCapacity(population: configuration.population, cores: CoreCount.usable).segments
      }
  }

  /// What `python -m swift_pba.trainer check --json` prints.
  private struct Findings: Decodable {
    let scores: [Double]
    let restores: Bool
    let epochSeconds: Double
    let segmentSeconds: Double
    let checkpointBytes: Int
    let searchSeconds: Double
  }

  private struct Failure: Decodable {
    let error: String
  }

  private struct Cost: Encodable {
    let trainings: Int
    let concurrency: Int
    let epochs: Int
    let checkpoints: Int
    let secondsPerEpoch: Double
    let secondsPerSegment: Double
    let diskBytesAtEnd: Int
    let diskBytesAtMost: Int
    let restoresExactly: Bool
    let seconds: Double
    let device: String
  }

  private struct Report: Encodable {
    let settings: [String: JSONValue]
    let cost: Cost
  }

  /// Tries the trainer, and prints settings and cost.
  func show(json: Bool) throws {
    let python = try PythonInterpreter()
    try python.requirePackage()
    printNote("trying the trainer: pba trainer check \(quoted(configuration.trainer.description))")
    let interruption = try Interruption()
    let found: Findings
    do {
      found = try withExtendedLifetime(interruption) { try findings(python, interruption.flag) }
    } catch is WorkStopped {
      throw Interrupted(keepingNothing: "stopped; a dry run leaves nothing behind")
    }
    if !found.restores {
      printNote(
        "a training that continues from a checkpoint ends otherwise than one that was not interrupted; `pba trainer check` says"
          + " more")
    }
    let cost = cost(found)
    if json { return try printJSON(Report(settings: Settings(configuration).values(), cost: cost)) }
    printResult("settings")
    printResultLines(try configuration.yaml().indented())
    printResult("cost")
    let lines = [
      ("trials", "\(cost.trainings), \(cost.concurrency) at once"), ("epochs", "\(cost.epochs) in all"),
      (
        "disk",
        "\(memorySize(cost.diskBytesAtMost)) of checkpoints at most, \(memorySize(cost.diskBytesAtEnd)) at the end"
      ),
      (
        "time",
        "about \(duration(cost.seconds)) on \(cost.device): \(significant(cost.secondsPerEpoch, 3)) s an epoch,"
          + " \(significant(cost.secondsPerSegment, 3)) s beside for each of \(counted(cost.checkpoints, "segment"))"
      ),
    ]
    for (name, text) in lines { printResult("  \(padded(name, 16))\(text)") }
  }

  private func findings(_ python: PythonInterpreter, _ stop: StopFlag) throws -> Findings {
    let check = TrainerCheck(configuration, workers: workers)
    // 1 is the check's word for a training that is not restored, and for an error that it explains.
    let output = try python.output(
      of: check.arguments + ["--json"], endingWithInput: TrainerCheck.endsWithInput, endingWith: [0, 1],
      stop: stop
    ) { printNote(printable($0)) }
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let line = Data(output.last?.utf8 ?? "".utf8)
    if let findings = try? decoder.decode(Findings.self, from: line) { return findings }
    let reason = (try? decoder.decode(Failure.self, from: line))?.error ?? "it said nothing"
    throw SettingsError("the trainer cannot be tried: \(printable(reason))", isUsageMistake: false)
  }

  private func cost(_ found: Findings) -> Cost {
    let (population, generations) = (configuration.population, configuration.rules.generations)
    return Cost(
      trainings: population, concurrency: workers, epochs: population * configuration.epochs,
      checkpoints: population * generations, secondsPerEpoch: found.epochSeconds,
      secondsPerSegment: found.segmentSeconds, diskBytesAtEnd: population * found.checkpointBytes,
      // Two generations are kept while the next is trained.
      diskBytesAtMost: population * min(generations, 3) * found.checkpointBytes,
      restoresExactly: found.restores, seconds: found.searchSeconds, device: configuration.device.description)
  }
}
