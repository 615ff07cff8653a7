import ArgumentParser
import Augmentation
import Foundation
import Models
import Policies
import Torch

/// `pba benchmark`: this program's speed on this machine.
struct BenchmarkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "benchmark", abstract: "Measure augmentation and training steps on this machine.",
    subcommands: [Augment.self, Train.self, SearchBenchmark.self])

  /// Seconds that `body` takes.
  static func seconds(_ body: () throws -> Void) rethrows -> Double {
    let start = ContinuousClock.now
    try body()
    return (ContinuousClock.now - start) / .seconds(1)
  }

  static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
  }

  struct Augment: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Time the whole augmentation of an image, and each operation.",
      discussion:
        "The images are noise; the policy is the last of rcifar10, with crop, flip, Cutout and normalisation."
    )

    @Option(parsing: .unconditional, help: "The images' width and height, in pixels.")
    var size = 32

    @Option(parsing: .unconditional, help: "Threads that share a batch.")
    var threads = 1

    @Option(parsing: .unconditional, help: "Measurements; the median is printed.")
    var repetitions = 15

    @Flag(help: "Print the result as JSON.")
    var json = false

    struct Report: Encodable {
      let size: Int
      let threads: Int
      let repetitions: Int
      let microsecondsPerImage: Double
      let imagesPerSecond: Double
      /// The whole pipeline with one operation at full probability and magnitude 5, less nothing.
      let operations: [String: Double]
    }

    func validate() throws {
      guard (1...1024).contains(size) else {
        throw ValidationError("--size: found \(size), expected 1 to 1024")
      }
      guard (1...1024).contains(threads) else {
        throw ValidationError("--threads: found \(threads), expected 1 to 1024")
      }
      guard (1...10000).contains(repetitions) else {
        throw ValidationError("--repetitions: found \(repetitions), expected 1 to 10000")
      }
    }

    func run() throws {
      let images = noise(count: max(16, min(1024, (1 << 22) / (size * size))))
      let schedule = try Schedule.named("rcifar10")
      let whole = time(schedule.lastPolicy.program(operationCount: schedule.operationCount), images)
      var operations: [String: Double] = [:]
      for operation in Augmentation.Operation.searchOrder {
        let step = AugmentationProgram.Step(operation: operation, probability: 1, magnitude: 7)
        operations[operation.name] = time(
          AugmentationProgram(alternatives: [.init(steps: [step], countDistribution: nil)]), images)
      }
      let report = Report(
        size: size, threads: threads, repetitions: repetitions, microsecondsPerImage: whole,
        imagesPerSecond: 1e6 / whole, operations: operations)
      if json { return try printJSON(report) }
      printResult(
        "whole augmentation \(decimal(whole, 2)) µs an image, \(decimal(report.imagesPerSecond, 0)) images/s")
      printResult("with one operation, magnitude 7, always applied:")
      for operation in Augmentation.Operation.searchOrder {
        printResult("  \(padded(operation.name, 13)) \(decimal(operations[operation.name] ?? 0, 2)) µs")
      }
    }

    private func noise(count: Int) -> ImageStack {
      var random = RandomStream(seed: 1, domain: .preview)
      let bytes = count * size * size * 3
      var pixels: [UInt8] = []
      pixels.reserveCapacity(bytes)
      while pixels.count < bytes { pixels.append(UInt8(truncatingIfNeeded: random.next())) }
      return ImageStack(count: count, height: size, width: size, pixels: pixels)
    }

    /// The median time of an image, in microseconds.
    private func time(_ program: AugmentationProgram, _ images: ImageStack) -> Double {
      let tail = BatchTail(
        cropPadding: 4, flip: true, cutout: 16, mean: [0.5, 0.5, 0.5], standardDeviation: [0.25, 0.25, 0.25],
        layout: .nhwc)
      let augmenter = BatchAugmenter(program: program, tail: tail, seed: 0, trial: 0)
      let batch = min(128, images.count)
      let output = UnsafeMutableBufferPointer<Float>.allocate(capacity: batch * size * size * 3)
      defer { output.deallocate() }
      let order = Array(0..<images.count)
      let batches = images.count / batch
      let times = (0...repetitions).map { epoch in
        BenchmarkCommand.seconds {
          for index in 0..<batches {
            augmenter.write(
              samples: order[(index * batch)..<((index + 1) * batch)], of: images, epoch: epoch, into: output,
              threads: threads)
          }
        }
      }
      // The first round warms the caches.
      return BenchmarkCommand.median(Array(times.dropFirst())) * 1e6 / Double(batches * batch)
    }
  }

  struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Time training steps of a network on 32×32 noise.")

    @Option(help: "The network.")
    var model = "wrn_40_2"

    @Option(parsing: .unconditional, help: "Images in a step.")
    var batchSize = 128

    @Option(parsing: .unconditional, help: "Threads of one operation.")
    var threads = 1

    @Option(help: "fp32 or bf16.")
    var precision = "fp32"

    @Option(parsing: .unconditional, help: "Steps to time; one more warms up.")
    var steps = 5

    @Flag(help: "Print the result as JSON.")
    var json = false

    struct Report: Encodable {
      let model: String
      let batchSize: Int
      let threads: Int
      let precision: String
      let parameters: Int
      let seconds: [Double]
    }

    func validate() throws {
      guard Precision(rawValue: precision) != nil else {
        throw ValidationError("--precision: found \(precision), expected fp32 or bf16")
      }
      for (name, value) in [("batch-size", batchSize), ("threads", threads), ("steps", steps)]
      where !(1...4096).contains(value) {
        throw ValidationError("--\(name): found \(value), expected 1 to 4096")
      }
    }

    func run() throws {
      guard let precision = Precision(rawValue: precision) else { return }
      try Runtime.setThreads(threads)
      let generator = try Generator(seed: 0)
      let network = try Network(.named(model), classes: 10, generator: generator)
      let optimizer = try NesterovSGD(network.variables, weightDecay: 0.0005)
      let images = try Tensor.empty([batchSize, 3, 32, 32], channelsLast: true)
      try images.fillNormal(deviation: 1, generator)
      let labels = try Tensor((0..<batchSize).map { Int64($0 % 10) }, shape: [batchSize])
      func step() throws {
        try optimizer.zeroGradients()
        let loss = try withPrecision(precision, on: .cpu) {
          try network.model.logits(images, .training(generator)).crossEntropy(labels)
        }
        try loss.backward()
        try optimizer.step(learningRate: 0.01)
        _ = try loss.item()
      }
      try step()
      let times = try (0..<steps).map { _ in try BenchmarkCommand.seconds(step) }
      let report = Report(
        model: model, batchSize: batchSize, threads: threads, precision: precision.rawValue,
        parameters: network.variables.parameterCount, seconds: times)
      if json { return try printJSON(report) }
      let median = BenchmarkCommand.median(times)
      printResult(
        "\(model), \(report.parameters) parameters, batch \(batchSize), \(threads) threads, \(precision.rawValue)"
      )
      printResult(
        "\(decimal(median * 1000, 1)) ms a step (median of \(steps)), \(decimal(Double(batchSize) / median, 1)) images/s"
      )
    }
  }
}
