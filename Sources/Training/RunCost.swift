import Augmentation
import Datasets
import Foundation
import Threads
import Torch

/// What a run costs on this device: what follows from its settings, and what is estimated from a few steps.
public struct RunCost: Codable, Hashable, Sendable {
  /// Where the steps were measured: a device, or several with commas between them.
  public var device: String
  /// Trainable parameters of one network.
  public var parameters: Int
  /// Multiplications, each with its addition, of convolutions and linear layers for one image in the forward pass,
  /// counted while the network ran.
  public var multiplyAddsPerImage: Int
  /// Networks to train, and how many of them at once.
  public var trainings: Int
  /// How many networks train at once.
  public var concurrency: Int
  /// Steps, and images that go through a network, of the whole run.
  public var steps: Int
  /// Images in training steps of the whole run.
  public var trainedImages: Int
  /// Images that are evaluated in the whole run.
  public var evaluatedImages: Int
  /// The checkpoints' size when most are there, and at the end; the run's other files are small beside them.
  public var diskBytesAtMost: Int
  /// The size of the checkpoints at the end.
  public var diskBytesAtEnd: Int
  /// The most memory that the process had when it trained and evaluated a little, with as many networks at once.
  public var peakMemoryBytes: Int
  /// The same of the device's own memory, of several the fullest; nil on the CPU.
  public var peakDeviceMemoryBytes: Int?
  /// How many steps were timed, of all networks that trained at once.
  public var timedSteps: Int
  /// The time of a step while the others train beside it.
  public var secondsPerStep: Double
  /// The time of an image in evaluation while the others train beside it.
  public var secondsPerEvaluatedImage: Double
  /// The estimated time of the whole run.
  public var seconds: Double
}

extension RunCost {
  /// Trains as many networks at once as the run does, each for a few steps, and estimates the whole run from that.
  ///
  /// Nothing is written anywhere. The estimate takes every training for as long as those measured, and leaves out the
  /// time in which files reach the disk.
  ///
  /// - Parameters:
  ///   - workload: how many trainings, steps and checkpoints the run has.
  ///   - recipe: how each network is trained.
  ///   - data: the images.
  ///   - program: what is applied to the images meanwhile.
  ///   - devices: where networks are trained, in turn.
  ///   - stop: ends the measurement with `WorkStopped`.
  /// - Throws: what a training throws.
  public init(
    _ workload: Workload, recipe: Recipe, data: DatasetSplits, program: AugmentationProgram,
    devices: [Device], stop: StopFlag = StopFlag()
  ) throws {
    let workers = try WorkerThreads(Array(0..<workload.concurrency), count: workload.concurrency) { number in
      Result {
        try Probe(
          workload, number, recipe: recipe, data: data, program: program,
          device: devices.isEmpty ? .cpu : devices[number % devices.count], stop: stop)
      }
    }
    if let refusal = workers.refusal {
      // Fewer at once would not measure this run.
      workers.finish()
      throw refusal
    }
    var probes: [Probe] = []
    var failure: (any Error)?
    while let batch = workers.nextBatch() {
      for result in batch {
        do { probes.append(try result.get()) } catch { failure = failure ?? error }
      }
    }
    if let failure { throw failure }
    func mean(_ value: (Probe) -> Double) -> Double {
      probes.reduce(0) { $0 + value($1) } / Double(max(probes.count, 1))
    }
    device = devices.map(\.description).joined(separator: ",")
    parameters = probes.first?.steps.parameters ?? 0
    multiplyAddsPerImage = probes.first?.steps.multiplyAddsPerImage ?? 0
    trainings = workload.trainings
    concurrency = workload.concurrency
    steps = workload.steps
    trainedImages = workload.trainedImages
    evaluatedImages = workload.evaluatedImages
    diskBytesAtMost = probes.reduce(0) { $0 + $1.diskBytesAtMost }
    diskBytesAtEnd = probes.reduce(0) { $0 + $1.diskBytesAtEnd }
    peakMemoryBytes = ProcessMemory.peak ?? 0
    peakDeviceMemoryBytes = try devices.compactMap(Runtime.peakMemory).max()
    timedSteps = probes.reduce(0) { $0 + $1.steps.timedSteps }
    secondsPerStep = mean(\.steps.secondsPerStep)
    secondsPerEvaluatedImage = mean(\.steps.secondsPerEvaluatedImage)
    seconds = Self.seconds(
      workload, step: secondsPerStep, evaluatedImage: secondsPerEvaluatedImage,
      checkpoint: mean(\.steps.secondsPerCheckpoint), restore: mean(\.steps.secondsPerRestore),
      making: mean(\.secondsToMake))
  }

  /// The time of a whole run.
  ///
  /// - Parameters:
  ///   - workload: how many steps, images and checkpoints there are.
  ///   - step: the seconds of a step.
  ///   - evaluatedImage: the seconds of an image in an evaluation.
  ///   - checkpoint: the seconds in which a checkpoint is made.
  ///   - restore: the seconds in which a network that is there takes over a checkpoint.
  ///   - making: the seconds in which a network is made, at the beginning of a training and before each
  ///     restore.
  /// - Returns: the seconds, with as many trainings at once as the workload says.
  package static func seconds(
    _ workload: Workload, step: Double, evaluatedImage: Double, checkpoint: Double, restore: Double,
    making: Double
  ) -> Double {
    let all =
      Double(workload.steps) * step + Double(workload.evaluatedImages) * evaluatedImage
      + Double(workload.checkpoints) * checkpoint + Double(workload.restores) * (making + restore)
      + Double(workload.trainings) * making
    // All take turns: where they do not divide evenly, the last turn leaves slots empty.
    let turns = (workload.trainings + workload.concurrency - 1) / workload.concurrency
    return all / Double(workload.trainings) * Double(turns)
  }
}

/// One of the networks that are measured at once.
private struct Probe: Sendable {
  let steps: StepMeasurement
  let secondsToMake: Double
  let diskBytesAtMost: Int
  let diskBytesAtEnd: Int

  init(
    _ workload: Workload, _ number: Int, recipe: Recipe, data: DatasetSplits, program: AugmentationProgram,
    device: Device, stop: StopFlag
  ) throws {
    let start = ContinuousClock.now
    let trainer = try Trainer(recipe: recipe, data: data, trial: number, device: device)
    secondsToMake = (ContinuousClock.now - start) / .seconds(1)
    steps = try trainer.measureSteps(program) { if stop.isRequested { throw WorkStopped() } }
    // Sizes are the same for every caller.
    func bytes(_ checkpoints: [Workload.Checkpoint]) throws -> Int {
      guard number == 0 else { return 0 }
      return try checkpoints.reduce(0) {
        try $0 + trainer.checkpointByteCount(epochs: $1.epochs, trial: $1.trial, seed: $1.seed)
      }
    }
    diskBytesAtMost = try bytes(workload.most)
    diskBytesAtEnd = try bytes(workload.kept)
  }
}
