import ArgumentParser
import Augmentation
import Datasets
import Policies
import Text

/// `pba policy`: what the names of `--policy` stand for.
struct PolicyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "policy", abstract: "List the policies, and show what one does to an image.",
    subcommands: [List.self, Show.self])

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the policies that have a name.")

    func run() {
      let width = NamedPolicy.all.map(\.usage.count).max() ?? 0
      for policy in NamedPolicy.all { printResult("\(padded(policy.usage, width))  \(policy.summary)") }
      printResult("\(padded("FILE", width))  a schedule, as `pba search` and `pba schedule` write it")
      for (usage, summary) in [
        ("SCHEDULE@shuffled", "one of the schedule's policies for each image, in no order"),
        ("SCHEDULE@last", "the schedule's last policy throughout, as in rcifar10@last"),
      ] { printResult("\(padded(usage, width))  \(summary)") }
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print every operation that a policy may apply, with its parameter.",
      discussion: """
        For each image one alternative is drawn, with the share that is shown. Its operations are tried in order, each with \
        its probability; where counts are given, in random order until that number was applied. Of two parameters one is \
        drawn.
        """)

    @Argument(help: "\(NamedPolicy.usages), or a schedule file; \(PlayedPolicy.orderUsage).")
    var policy: String

    @Option(help: "The dataset, which decides AutoAugment's policies.")
    var dataset = "cifar10"

    @Option(help: "The seed, which decides the policy of random.")
    var seed: UInt64 = 0

    @Option(help: "The epoch whose policy is shown, from 1. (default: the schedule's last)")
    var epoch: Int?

    @Option(help: "The images' width and height in pixels, which some translations depend on.")
    var size = 32

    @OptionGroup var scaling: ScalingOptions

    @Flag(help: "Print it as JSON.")
    var json = false

    struct Report: Encodable {
      struct Step: Encodable {
        let operation: String
        let probability: Double
        let unit: String
        let parameter: Double
        let opposite: Double?
      }
      struct Alternative: Encodable {
        let weight: Double
        let counts: [Double]?
        let steps: [Step]
      }
      let policy: String
      let draws: Int
      let alternatives: [Alternative]
    }

    func validate() throws {
      guard (1...65536).contains(size) else {
        throw ValidationError("--size: found \(size), expected 1 to 65536")
      }
    }

    func run() throws {
      let played = try PlayedPolicy(parsing: policy)
      let choice = try played.choice(dataset: DatasetSpec.named(dataset).name, seed: seed)
      let length = choice.schedule?.epochs ?? 1
      let epoch = epoch ?? length
      guard (1...length).contains(epoch) else {
        throw SettingsError("--epoch: found \(epoch), expected 1 to \(length), the length of \(policy)")
      }
      let program = try choice.program(
        epoch: epoch - 1, totalEpochs: length, order: played.order, width: size, height: size,
        scale: scaling.scaleToSize == true ? PixelScale(width: size, height: size) : .none)
      if json { return try printJSON(report(program)) }
      guard !program.alternatives.isEmpty else {
        return printResult("nothing before crop, flip and Cutout")
      }
      let total = program.alternatives.reduce(0) { $0 + $1.weight }
      let moment = played.order == .schedule && choice.schedule != nil ? "epoch \(epoch) of \(length): " : ""
      printResult(
        moment
          + "\(counted(program.alternatives.count, "alternative")); an image draws \(program.draws == 1 ? "one" : "\(program.draws)")"
      )
      let width = program.alternatives.flatMap(\.steps).reduce(13) { max($0, $1.operation.name.count) }
      for alternative in program.alternatives {
        let counts = alternative.countDistribution.map {
          ", counts 0, 1, … with probability " + $0.map { decimal($0, 2) }.joined(separator: ", ")
        }
        printResult("share \(decimal(alternative.weight / total, 4))\(counts ?? "")")
        if alternative.steps.isEmpty { printResult("  nothing") }
        for step in alternative.steps { printResult("  \(Self.words(step, width))") }
      }
    }

    private static func words(_ step: AugmentationProgram.Step, _ width: Int) -> String {
      let unit = step.operation.unit
      let parameters = [unit.text(step.parameter), step.opposite.map { unit.text($0) }].compactMap { $0 }
        .filter { !$0.isEmpty }
      let strength = parameters.isEmpty ? "" : "  " + parameters.joined(separator: " or ")
      return "\(padded(step.operation.name, width)) p \(decimal(step.probability, 1))\(strength)"
    }

    private func report(_ program: AugmentationProgram) -> Report {
      Report(
        policy: policy, draws: program.draws,
        alternatives: program.alternatives.map { alternative in
          Report.Alternative(
            weight: alternative.weight, counts: alternative.countDistribution,
            steps: alternative.steps.map {
              Report.Step(
                operation: $0.operation.name, probability: $0.probability, unit: $0.operation.unit.rawValue,
                parameter: $0.parameter, opposite: $0.opposite)
            })
        })
    }
  }
}
