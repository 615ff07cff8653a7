import ArgumentParser
import Augmentation
import Policies

/// `pba benchmark augment`: the whole augmentation of an image, and each operation.
struct AugmentBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "augment",
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
      seconds {
        for index in 0..<batches {
          augmenter.write(
            samples: order[(index * batch)..<((index + 1) * batch)], of: images, epoch: epoch, into: output,
            threads: threads)
        }
      }
    }
    // The first round warms the caches.
    return Measurement(values: Array(times.dropFirst())).median * 1e6 / Double(batches * batch)
  }
}
