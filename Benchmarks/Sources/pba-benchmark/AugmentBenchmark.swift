import ArgumentParser
import Augmentation
import Command
import Foundation

/// `pba-benchmark augment`: the augmentation of an image, whole and in its parts, alone or beside rivals.
struct AugmentBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "augment",
    abstract: "Time the whole augmentation of an image, each operation, and the tail.",
    discussion: """
      The images are noise. The whole is the last policy of rcifar10, crop, flip, Cutout, normalisation and numbers out. An \
      operation is measured alone, on the 8-bit image, at magnitude 7. The tail is everything but the policy. Times are \
      microseconds an image; a ratio above 1 says how many times as fast this program is as the rival.
      """)

  enum Part: String, CaseIterable, ExpressibleByArgument {
    case pipeline, operations, tail, threads
  }

  @Option(
    help: "What to measure: pipeline, operations, tail, threads; may be given several times (default: all).")
  var part: [Part] = []

  @Option(help: "Measure only this operation; may be given several times.")
  var operation: [String] = []

  @Option(
    parsing: .unconditionalSingleValue,
    help: """
      The width and height of operations' images, in pixels; may be given several times (default: 32 and 224).
      """)
  var size: [Int] = []

  @Option(
    parsing: .unconditional, help: "Threads whose speed together is set beside that of one (default: 2).")
  var threads: Int?

  @Option(parsing: .unconditional, help: "Rounds; in each every side is measured once.")
  var rounds = 7

  @OptionGroup var rivalOptions: RivalOptions

  @Flag(help: "Print the result as JSON.")
  var json = false

  func validate() throws {
    for size in size { try require("size", size, in: 1...1024) }
    if let threads { try require("threads", threads, in: 1...1024) }
    try require("rounds", rounds, in: 1...10000)
    for name in operation {
      do {
        _ = try Augmentation.Operation(named: name)
      } catch {
        throw ValidationError("--operation: \(error)")
      }
    }
    try refuseWhatIsIgnored()
  }

  private func refuseWhatIsIgnored() throws {
    let uses: [(option: String, isGiven: Bool, parts: [Part])] = [
      ("--operation", !operation.isEmpty, [.operations]),
      ("--size", !size.isEmpty, [.operations]),
      ("--threads", threads != nil, [.threads]),
      ("--rivals", rivalOptions.rivals, [.pipeline, .operations]),
    ]
    for use in uses where use.isGiven && parts.isDisjoint(with: use.parts) {
      let names = use.parts.map(\.rawValue).joined(separator: " or ")
      throw ValidationError("\(use.option) is for --part \(names)")
    }
  }

  private var parts: Set<Part> { Set(part.isEmpty ? Part.allCases : part) }

  private var sizes: [Int] { Set(size.isEmpty ? [32, 224] : size).sorted() }

  func run() throws {
    let rival = try rivalOptions.start("augment.py")
    var report = AugmentReport(rounds: rounds)
    let batch = try BatchTrial()
    if parts.contains(.pipeline) { report.pipeline = try measurePipeline(batch, rival) }
    if parts.contains(.operations) {
      let chosen = Augmentation.Operation.catalogue.filter {
        operation.isEmpty || operation.contains($0.name)
      }
      for size in sizes {
        let trial = OperationTrial(size: size)
        report.operations += try chosen.map { try measure($0, trial, rival) }
      }
    }
    if parts.contains(.tail) { report.tail = measureTail(batch) }
    if parts.contains(.threads) { report.threads = measureThreads(batch) }
    report.machine = .current(with: rival)
    if json { return try printJSON(report) }
    report.print()
  }

  private func measurePipeline(_ batch: BatchTrial, _ rival: RivalProcess?) throws -> ComparedTime {
    let question = RivalQuestion(
      pipeline: .init(
        policy: (batch.whole.alternatives.first?.steps ?? []).map(RivalQuestion.Pipeline.Entry.init),
        counts: batch.whole.alternatives.first?.countDistribution ?? []), images: 1024)
    return try inTurn(rival, question, own: { batch.microseconds(batch.whole, threads: 1) })
  }

  private func measure(
    _ operation: Augmentation.Operation, _ trial: OperationTrial, _ rival: RivalProcess?
  ) throws -> AugmentReport.OperationTime {
    let parameter = operation.parameter(magnitude: 7)
    let question = RivalQuestion(operation: operation.name, parameter: parameter, size: trial.size)
    let times = try inTurn(rival, question, own: { trial.microseconds(operation, parameter: parameter) })
    return .init(operation: operation.name, size: trial.size, times: times)
  }

  /// Measures this program and the rivals in turn, after one go that warms both up.
  private func inTurn(
    _ rival: RivalProcess?, _ question: RivalQuestion, own measureOwn: () -> Double
  ) throws -> ComparedTime {
    var own: [Double] = []
    var others: [String: [Double]] = [:]
    for round in 0...rounds {
      let time = measureOwn()
      let answer: RivalAnswer? = try rival?.answer(question)
      guard round > 0 else { continue }
      own.append(time)
      for (name, time) in answer?.microseconds ?? [:] { others[name, default: []].append(time) }
    }
    return ComparedTime(pba: Measurement(values: own), rivals: others.mapValues(Measurement.init(values:)))
  }

  private func measureTail(_ batch: BatchTrial) -> [AugmentReport.TailTime] {
    func inTurn(images: Int) -> AugmentReport.TailTime {
      var (tails, copies): ([Double], [Double]) = ([], [])
      for round in 0...rounds {
        let tail = batch.microseconds(.none, threads: 1, batch: images)
        let copy = batch.copyMicroseconds(images: images)
        guard round > 0 else { continue }
        tails.append(tail)
        copies.append(copy)
      }
      return .init(images: images, tail: Measurement(values: tails), copy: Measurement(values: copies))
    }
    return [8, 128].map(inTurn(images:))
  }

  private func measureThreads(_ batch: BatchTrial) -> [AugmentReport.ThreadTime] {
    let threads = threads ?? 2
    return [128, 1024].map { images in
      var (one, several): ([Double], [Double]) = ([], [])
      for round in 0...rounds {
        let times = (
          batch.microseconds(batch.whole, threads: 1, batch: images),
          batch.microseconds(batch.whole, threads: threads, batch: images)
        )
        guard round > 0 else { continue }
        one.append(times.0)
        several.append(times.1)
      }
      return AugmentReport.ThreadTime(
        images: images, threads: threads, one: Measurement(values: one), several: Measurement(values: several)
      )
    }
  }
}

/// What `Benchmarks/rivals/augment.py` is asked.
private struct RivalQuestion: Encodable {
  struct Pipeline: Encodable {
    let policy: [Entry]
    let counts: [Double]

    /// Written as the list of name, probability and magnitude.
    struct Entry: Encodable {
      let step: AugmentationProgram.Step

      func encode(to encoder: any Encoder) throws {
        var list = encoder.unkeyedContainer()
        try list.encode(step.operation.name)
        try list.encode(step.probability)
        try list.encode(step.magnitude)
      }
    }
  }

  var pipeline: Pipeline?
  var images: Int?
  var operation: String?
  var parameter: Double?
  var size: Int?
}

private struct RivalAnswer: Decodable {
  let microseconds: [String: Double]
}
