import Datasets
import Foundation
import Policies
import RunStore
import Torch
import Training

/// Trains segments for real: a network of libtorch on the images of a dataset.
public struct TrainingExecutor: SegmentExecutor {
  private let recipe: Recipe
  private let data: DatasetSplits
  private let device: Device
  private let onImages: @Sendable (Int) -> Void

  /// An executor for the given search.
  ///
  /// - Parameter onImages: told after every step and batch how many images went through a network; called from the
  ///   workers' threads.
  /// - Throws: `SearchError` for a setting without meaning.
  public init(
    _ configuration: SearchConfiguration, data: DatasetSplits,
    onImages: @escaping @Sendable (Int) -> Void = { _ in }
  ) throws {
    recipe = configuration.recipe
    guard let device = Device(configuration.device) else {
      throw SearchError.setting("device", found: configuration.device, expected: "cpu or cuda:N")
    }
    guard data.validation.count > 0 else {
      throw SearchError.setting(
        "validationSize", found: "0", expected: "validation images to compare the trials on, for example 1000"
      )
    }
    self.data = data
    self.device = device
    self.onImages = onImages
  }

  public func run(_ segment: SegmentRequest) throws -> SegmentOutcome {
    let start = ContinuousClock.now
    let trainer = try Trainer(recipe: recipe, data: data, trial: segment.trial, device: device)
    if let parent = segment.parentCheckpoint {
      try trainer.restore(Data(contentsOf: URL(fileURLWithPath: parent)), name: parent)
    }
    guard trainer.epoch == segment.epochs.lowerBound else {
      throw TrainingError.checkpoint(
        "\(segment.parentCheckpoint ?? "a fresh network") stands after \(trainer.epoch) epochs,"
          + " not after \(segment.epochs.lowerBound)")
    }
    func onImages(_ count: Int) throws {
      if segment.stop.isRequested { throw SearchInterrupted() }
      self.onImages(count)
    }
    do {
      let program = segment.policy.program()
      var metrics: EpochMetrics?
      for _ in segment.epochs { metrics = try trainer.trainEpoch(program, onStep: onImages) }
      let validation = try trainer.evaluate(data.validation, onBatch: onImages)
      try trainer.checkpoint().write(to: URL(fileURLWithPath: segment.checkpoint))
      return .trained(
        SegmentMetrics(
          validationAccuracy: validation.accuracy, trainLoss: metrics?.loss ?? 0,
          trainAccuracy: metrics?.accuracy ?? 0, seconds: (ContinuousClock.now - start) / .seconds(1)))
    } catch let error as TrainingError where error.isDivergence {
      return .notFinite(reason: error.description)
    }
  }
}
