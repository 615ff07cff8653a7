import ArgumentParser
import Augmentation
import Command
import Models
import Text
import Torch

/// `pba-benchmark train`: steps of a network, alone or beside the same step in PyTorch.
struct TrainBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Time training steps of a network on 32×32 noise.",
    discussion: """
      A round is one go of each side. Both have their images in memory, channels-last, and read the loss of every step. \
      A ratio is this program's time over the rival's: below 1 this program is faster.
      """)

  @Option(help: "The network.")
  var model = "wrn_40_2"

  @Option(parsing: .unconditional, help: "Images in a step.")
  var batchSize = 128

  @Option(parsing: .unconditional, help: "Threads of one operation.")
  var threads = 1

  @Option(help: "fp32 or bf16.")
  var precision = "fp32"

  @Option(parsing: .unconditional, help: "Steps to time in a round; one more warms up before the first.")
  var steps = 5

  @Option(parsing: .unconditional, help: "Rounds.")
  var rounds = 1

  @OptionGroup var rivalOptions: RivalOptions

  @Flag(help: "With --rivals: measure torch.compile as well; compiling takes minutes.")
  var compile = false

  @Flag(help: "Print the result as JSON.")
  var json = false

  struct Report: Encodable {
    let model: String
    let batchSize: Int
    let threads: Int
    let precision: String
    let steps: Int
    let rounds: Int
    let parameters: Int
    let machine: MeasuredMachine
    /// Of all steps, round by round.
    let seconds: [Double]
    let rivals: [Rival]
  }

  /// One rival, and this program's time over its, a ratio a round.
  struct Rival: Encodable {
    let name: String
    let seconds: [Double]
    let ratioOfFastest: Measurement
    let ratioOfMedian: Measurement
  }

  func validate() throws {
    guard Precision(rawValue: precision) != nil else {
      throw ValidationError("--precision: found \(precision), expected fp32 or bf16")
    }
    try require("batch-size", batchSize, in: 1...4096)
    try require("threads", threads, in: 1...4096)
    try require("steps", steps, in: 1...4096)
    try require("rounds", rounds, in: 1...4096)
    if compile && !rivalOptions.rivals { throw ValidationError("--compile is for --rivals") }
  }

  func run() throws {
    guard let precision = Precision(rawValue: precision) else { return }
    try Runtime.setThreads(threads)
    let subject = try StepUnderTest(.named(model), batchSize: batchSize, precision: precision)
    let rival = try rivalOptions.start(
      "train.py",
      [
        "--model", model, "--batch-size", "\(batchSize)", "--threads", "\(threads)",
        "--precision", precision.rawValue,
      ])
    let names = ["PyTorch eager"] + (compile ? ["torch.compile"] : [])
    try subject.step()
    var own: [[Double]] = []
    var others: [String: [[Double]]] = [:]
    for round in 0..<rounds {
      func measureOwn() throws { own.append(try (0..<steps).map { _ in try seconds(subject.step) }) }
      func measureOthers() throws {
        guard let rival else { return }
        for name in names {
          let answer: Answer = try rival.answer(Question(rival: name, steps: steps))
          guard answer.parameters == subject.parameters else {
            throw RivalError.failed(
              script: "train.py",
              reason:
                "has a network of \(answer.parameters) parameters, where pba's has \(subject.parameters)")
          }
          others[name, default: []].append(answer.seconds)
        }
      }
      // Who begins changes from round to round.
      if round % 2 == 0 { try measureOwn() }
      try measureOthers()
      if round % 2 == 1 { try measureOwn() }
    }
    let report = Report(
      model: model, batchSize: batchSize, threads: threads, precision: precision.rawValue,
      steps: steps, rounds: rounds, parameters: subject.parameters, machine: .current(with: rival),
      seconds: own.flatMap { $0 },
      rivals: names.compactMap { name in others[name].map { Rival(name, $0, own: own) } })
    if json { return try printJSON(report) }
    printReport(report)
  }

  private func printReport(_ report: Report) {
    printResult(report.machine.text)
    printResult(
      "\(model), \(report.parameters) parameters, batch \(batchSize), \(counted(threads, "thread")), "
        + "\(precision), n = \(counted(rounds, "round")) of \(counted(steps, "step")); median [range]")
    func line(_ name: String, _ times: [Double]) {
      let measured = Measurement(values: times)
      printResult(
        "\(padded(name, 15))\(Measurement(values: times.map { $0 * 1000 }).text(1)) ms a step, "
          + "\(decimal(Double(batchSize) / measured.median, 1)) images/s")
    }
    line("pba", report.seconds)
    for rival in report.rivals {
      line(rival.name, rival.seconds)
      printResult(
        "  pba / \(rival.name): fastest steps \(rival.ratioOfFastest.text(3)), median steps \(rival.ratioOfMedian.text(3))"
      )
    }
  }

  private struct Question: Encodable {
    let rival: String
    let steps: Int
  }

  private struct Answer: Decodable {
    let seconds: [Double]
    let parameters: Int
  }
}

extension TrainBenchmark.Rival {
  fileprivate init(_ name: String, _ rounds: [[Double]], own: [[Double]]) {
    func measured(_ rounds: [[Double]], _ value: (Measurement) -> Double) -> Measurement {
      Measurement(values: rounds.map { value(Measurement(values: $0)) })
    }
    self.name = name
    seconds = rounds.flatMap { $0 }
    ratioOfFastest = measured(own, \.lowest).divided(by: measured(rounds, \.lowest))
    ratioOfMedian = measured(own, \.median).divided(by: measured(rounds, \.median))
  }
}

/// A network with its optimiser and one batch of noise.
private struct StepUnderTest {
  let parameters: Int
  private let network: Network
  private let optimizer: NesterovSGD
  private let generator: Generator
  private let images: Tensor
  private let labels: Tensor
  private let precision: Precision

  init(_ spec: ModelSpec, batchSize: Int, precision: Precision) throws {
    generator = try Generator(seed: 0)
    network = try Network(spec, classes: 10, generator: generator)
    optimizer = try NesterovSGD(network.variables, weightDecay: 0.0005)
    images = try Tensor.empty([batchSize, 3, 32, 32], channelsLast: true)
    try images.fillNormal(deviation: 1, generator)
    labels = try Tensor((0..<batchSize).map { Int64($0 % 10) }, shape: [batchSize])
    parameters = network.variables.parameterCount
    self.precision = precision
  }

  func step() throws {
    try optimizer.zeroGradients()
    let loss = try withPrecision(precision, on: .cpu) {
      try network.model.logits(images, .training(generator)).crossEntropy(labels)
    }
    try loss.backward()
    try optimizer.step(learningRate: 0.01)
    _ = try loss.item()
  }
}
