import Datasets
import Files
import Foundation
import RunStore
import Search
import Text
import Threads
import Torch
import Training

/// Trains segments in this process: networks of libtorch on the images of a dataset.
public struct TrainingExecutor: SegmentExecutor {
  private let recipe: Recipe
  private let data: DatasetSplits
  private let devices: [Device]
  private let onImages: @Sendable (Int) -> Void
  /// What stays on the devices between segments; nil on the CPU.
  private let onDevices: DeviceTrainers?

  /// An executor for the given search.
  ///
  /// - Parameters:
  ///   - configuration: the settings of the search, with its recipe and device.
  ///   - data: the images.
  ///   - onImages: called after every step and batch with the number of images that went through a network; called from the
  ///     workers' threads.
  /// - Throws: `SettingError` for a setting without meaning.
  public init(
    _ configuration: SearchConfiguration, data: DatasetSplits,
    onImages: @escaping @Sendable (Int) -> Void = { _ in }
  ) throws {
    let cuda: @Sendable (Device) throws -> any DeviceQueue = { try CUDAQueue(on: $0) }
    let isOnCPU = configuration.device == .cpu
    try self.init(configuration, data: data, queue: isOnCPU ? nil : cuda, onImages: onImages)
  }

  /// An executor whose trainers hand their work to queues; without one, they compute as they go.
  package init(
    _ configuration: SearchConfiguration, data: DatasetSplits,
    queue: (@Sendable (Device) throws -> any DeviceQueue)?,
    onImages: @escaping @Sendable (Int) -> Void = { _ in }
  ) throws {
    try configuration.requireUsable(data)
    recipe = configuration.recipe
    self.data = data
    devices = configuration.device.devices
    self.onImages = onImages
    onDevices = queue.map { [recipe] in DeviceTrainers(recipe: recipe, data: data, queue: $0) }
  }

  /// Trains a segment on the device of its slot and writes its checkpoint.
  public func run(_ segment: SegmentRequest, stop: StopFlag) throws -> SegmentOutcome {
    let watch = WorkWatch(slot: segment.slot)
    let device = Self.device(ofSlot: segment.slot, among: devices)
    do {
      if let onDevices {
        return try onDevices.withTrainer(for: segment, on: device) { try run(segment, $0, watch, stop) }
      }
      let trainer = try Trainer(recipe: recipe, data: data, trial: segment.trial, device: device)
      if let parent = segment.parentCheckpoint {
        try trainer.restore(Data(readBytes(parent, limit: .max)), name: parent)
      }
      return try run(segment, trainer, watch, stop)
    } catch let error as TrainingError where error.isDivergence {
      return .notFinite(reason: error.description)
    }
  }

  /// Trains a segment with a trainer that stands where it starts.
  private func run(
    _ segment: SegmentRequest, _ trainer: Trainer, _ watch: WorkWatch, _ stop: StopFlag
  ) throws -> SegmentOutcome {
    var watch = watch
    guard trainer.epoch == segment.epochs.lowerBound else {
      throw TrainingError.checkpoint(
        "\(segment.parentCheckpoint ?? "a fresh network") stands after \(counted(trainer.epoch, "epoch")),"
          + " not after \(segment.epochs.lowerBound)")
    }
    func onImages(_ count: Int) throws {
      if stop.isRequested { throw WorkStopped() }
      self.onImages(count)
    }
    let images = data.train.images
    let program = segment.program
      .scaled(by: recipe.pixelScale(width: images.width, height: images.height))
    var metrics: EpochMetrics?
    watch.begin(.training)
    for _ in segment.epochs { metrics = try trainer.trainEpoch(program, onStep: onImages) }
    watch.begin(.evaluation)
    let validation =
      try onDevices?.evaluate(trainer, onBatch: onImages)
      ?? trainer.evaluate(data.validation, onBatch: onImages)
    watch.begin(.checkpoint)
    try AtomicFile.writeTemporary(trainer.checkpoint(), to: segment.checkpoint)
    try onDevices?.keepState(of: trainer, after: segment)
    let times = watch.stop()
    return .trained(
      SegmentMetrics(
        score: validation.accuracy, trainLoss: metrics?.loss, trainAccuracy: metrics?.accuracy,
        seconds: times.total, times: times))
  }

  /// The device of a slot: slots go round the devices, so that each has as many as the others, or one more.
  package static func device(ofSlot slot: Int, among devices: [Device]) -> Device {
    devices[slot % devices.count]
  }

  /// Measures one training step of the first trial, and divides what is free by what it takes.
  public func segmentsAtOnce(population: Int) throws -> SegmentCapacity {
    let cores = CoreCount.usable
    // One that trains alone needs no measurement.
    guard min(cores / recipe.threads, population) > 1 || devices.count > 1 else {
      return SegmentCapacity(population: population, cores: cores, threads: recipe.threads)
    }
    return SegmentCapacity(
      population: population, cores: cores, threads: recipe.threads,
      memories: try devices.compactMap(memory),
      streams: onDevices.map { _ in devices.count * DeviceStream.countPerDevice })
  }

  /// What the first trial takes of a device's memory, seen while it trains as long as that grows and evaluates a batch.
  private func memory(on device: Device) throws -> SegmentCapacity.Memory? {
    let images = data.train.images
    let first = data.prefix(
      train: recipe.batchSize,
      validation: device == .cpu
        ? Trainer.evaluationBatchSize
        : Trainer.deviceEvaluationBatchSize(height: images.height, width: images.width))
    @Sendable func trainAFewSteps() throws {
      let trainer = try Trainer(recipe: recipe, data: first, device: device)
      do {
        for _ in 0..<(device == .cpu ? 1 : Trainer.stepsUntilSettled) { _ = try trainer.trainEpoch(.none) }
        _ = try trainer.evaluate(first.validation)
      } catch let error as TrainingError where error.isDivergence {
        // What it takes of the memory does not depend on the loss.
      }
      guard device != .cpu else { return }
      // Held together, as in a search.
      withExtendedLifetime(try (0..<DeviceTrainers.statesOfATrial).map { _ in try trainer.state() }) {}
    }
    guard device != .cpu else {
      return try onThreadOfItsOwn { try HostMemory.measure(trainAFewSteps) } ?? nil
    }
    // The first step brings libtorch's own parts to the device, which all trials share.
    try trainAFewSteps()
    try Runtime.forgetPeakMemory(of: device)
    guard let free = try Runtime.freeMemory(of: device), let before = try Runtime.peakMemory(of: device)
    else {
      return nil
    }
    try trainAFewSteps()
    return SegmentCapacity.Memory(needed: (try Runtime.peakMemory(of: device) ?? before) - before, free: free)
  }

  /// Runs some work on a thread that ends with it.
  ///
  /// The C library keeps freed memory with the thread that took it, here as much as a trial needs. The next thread, the
  /// first that trains, takes over what an ended one has left; the thread of the search would keep it for nothing.
  private func onThreadOfItsOwn<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) throws
    -> Value?
  {
    let thread = try WorkerThreads([()], count: 1) { _ in Result { try work() } }
    let outcomes = thread.nextBatch()
    thread.finish()
    return try outcomes?.first?.get()
  }
}

extension SearchConfiguration {
  /// Throws `SettingError` where no search of these images can be trained in this process.
  package func requireUsable(_ data: DatasetSplits) throws {
    if let objective {
      throw SettingError(
        "score", found: "\(objective.scoreName), \(objective.direction.rawValue)",
        expected: "none, as networks of this program are compared by their validation accuracy")
    }
    guard data.validation.count > 0 else {
      throw SettingError(
        "validationSize", found: "0", expected: "validation images to compare the trials on, for example 1000"
      )
    }
  }
}
