import Augmentation
import Datasets
import Torch

/// What training and evaluating a network takes on a device, measured on a few steps.
public struct StepMeasurement: Codable, Hashable, Sendable {
  /// Trainable parameters.
  public var parameters: Int
  /// Multiplications, each with its addition, that convolutions and linear layers make for one image in the
  /// forward pass, counted while the network ran.
  ///
  /// A training step takes three times as many: the backward pass computes the gradient of each layer's input and of its
  /// weights. (The first layer's input needs none, so the true number is a little lower.)
  public var multiplyAddsPerImage: Int
  /// How many steps the time was taken of.
  public var timedSteps: Int
  /// The median time of a step, augmentation included.
  public var secondsPerStep: Double
  /// The time of an image in an evaluation.
  public var secondsPerEvaluatedImage: Double
  /// The time in which a checkpoint's bytes are made.
  public var secondsPerCheckpoint: Double
  /// The time in which a network takes over a checkpoint.
  public var secondsPerRestore: Double
}

extension Trainer {
  /// Steps that one measurement times at most.
  private static let timedSteps = 10
  /// A measurement ends after this time, provided two steps were timed.
  private static let patience = Duration.seconds(5)
  private static let evaluatedBatches = 4

  /// Trains this network for a few steps, evaluates a few batches, and measures the time.
  ///
  /// Afterwards the trainer can only be used for ``checkpointByteCount(epochs:trial:seed:)``.
  ///
  /// - Parameters:
  ///   - program: what is applied to the training images.
  ///   - stop: asked after every step and batch; what it throws ends the measurement.
  /// - Returns: seconds and bytes of a step, an evaluated image and a checkpoint.
  /// - Throws: what a training throws.
  public func measureSteps(
    _ program: AugmentationProgram, stop: () throws -> Void = {}
  ) throws -> StepMeasurement {
    let steps = try timeSteps(program, stop)
    let (secondsPerImage, multiplyAdds) = try timeEvaluation(stop)
    let writing = ContinuousClock.now
    let checkpoint = try checkpoint()
    let secondsPerCheckpoint = writing.secondsSince
    let reading = ContinuousClock.now
    try restore(checkpoint, name: "a checkpoint")
    return StepMeasurement(
      parameters: parameterCount, multiplyAddsPerImage: multiplyAdds, timedSteps: steps.count,
      secondsPerStep: steps.sorted()[steps.count / 2], secondsPerEvaluatedImage: secondsPerImage,
      secondsPerCheckpoint: secondsPerCheckpoint, secondsPerRestore: reading.secondsSince)
  }

  /// Ends an epoch or an evaluation of which enough was seen.
  private struct Enough: Error {}

  /// The times of some steps, at least one, after others that warm up.
  private func timeSteps(_ program: AugmentationProgram, _ stop: () throws -> Void) throws -> [Double] {
    let start = ContinuousClock.now
    // A device chooses its kernels in the first steps, and then one is recorded.
    var warming = queue == nil ? 1 : DeviceSteps.plainSteps + 1
    var last = start
    var times: [Double] = []
    do {
      // Epochs may be shorter than the measurement.
      while true {
        _ = try trainEpoch(program) { _ in
          try stop()
          try waitForDevice()
          if warming > 0 { warming -= 1 } else { times.append(last.secondsSince) }
          last = .now
          if times.count >= Self.timedSteps || (times.count >= 2 && last - start > Self.patience) {
            throw Enough()
          }
        }
      }
    } catch is Enough {
      return times
    }
  }

  /// The time of an image in an evaluation, and the multiplications with additions that it takes.
  private func timeEvaluation(_ stop: () throws -> Void) throws -> (seconds: Double, multiplyAdds: Int) {
    let split = [data.test, data.validation].first { $0.count > 0 } ?? data.train
    var batches: [(images: Int, seconds: Double)] = []
    var last = ContinuousClock.now
    let (_, multiplyAdds) = try countingMultiplyAdds {
      do {
        _ = try evaluate(split) { images in
          try stop()
          try waitForDevice()
          batches.append((images, last.secondsSince))
          last = .now
          if batches.count >= Self.evaluatedBatches { throw Enough() }
        }
      } catch is Enough {}
    }
    let images = batches.reduce(0) { $0 + $1.images }
    // The first batch warms up, where there are others.
    let timed = batches.count > 1 ? batches.dropFirst() : batches[...]
    let seconds = timed.reduce(0) { $0 + $1.seconds } / Double(max(timed.reduce(0) { $0 + $1.images }, 1))
    return (seconds, multiplyAdds / max(images, 1))
  }

  /// Returns when the device has done what it was asked to do so far.
  private func waitForDevice() throws {
    try queue?.synchronize()
  }
}

extension ContinuousClock.Instant {
  /// The time since then.
  fileprivate var secondsSince: Double { (ContinuousClock.now - self) / .seconds(1) }
}
