import Datasets
import Files
import Foundation
import Search
import Threads
import Torch
import Training

/// What the segments of a search leave on their devices for those that follow.
///
/// Each slot keeps its trainer, whose step is recorded; each trial keeps its last two states, so that a child starts from
/// its parent's without the host; each device keeps the validation images. A segment's result is the same without any of
/// it: what is not here comes from checkpoints and the host.
final class DeviceTrainers: @unchecked Sendable {
  /// A state and the checkpoint that was written of it.
  private struct Kept {
    let checkpoint: String
    let state: TrainerState
  }

  private let recipe: Recipe
  private let data: DatasetSplits
  private let makeQueue: @Sendable (Device) throws -> any DeviceQueue

  // The lock guards what follows, so sharing the object is safe. A trainer is taken out while a thread uses it.
  private let lock = ThreadLock()
  private var trainers: [Int: Trainer] = [:]
  // A slot's own as long as the search lasts: libtorch lends few streams, and none must be another's while that records.
  private var queues: [Int: any DeviceQueue] = [:]
  private var states: [Int: [Kept]] = [:]
  private var images: [Device: ResidentImages] = [:]

  /// Two, since a synchronous generation's first child may end before the last one starts from the same parent.
  static let statesOfATrial = 2
  /// The share of a device's free memory that validation images may take.
  private static let shareForImages = 0.25

  init(
    recipe: Recipe, data: DatasetSplits, queue: @escaping @Sendable (Device) throws -> any DeviceQueue
  ) {
    self.recipe = recipe
    self.data = data
    makeQueue = queue
  }

  /// Lends a trainer that stands where the segment starts; one that an error left in between is not lent again.
  func withTrainer<Result>(
    for segment: SegmentRequest, on device: Device, _ body: (Trainer) throws -> Result
  ) throws -> Result {
    let trainer: Trainer
    if let used = lock.withLock({ trainers.removeValue(forKey: segment.slot) }) {
      if segment.parentCheckpoint == nil { try used.restart(trial: segment.trial) }
      trainer = used
    } else {
      trainer = try Trainer(
        recipe: recipe, data: data, trial: segment.trial, queue: queue(ofSlot: segment.slot, on: device))
    }
    trainer.trial = segment.trial
    if let parent = segment.parentCheckpoint {
      if let state = state(of: parent, on: device) {
        try trainer.restore(state)
      } else {
        try trainer.restore(Data(readBytes(parent, limit: .max)), name: parent)
      }
    }
    let result = try body(trainer)
    lock.withLock { trainers[segment.slot] = trainer }
    return result
  }

  /// Keeps what a trainer has learnt for the segments that start from the segment's checkpoint.
  func keepState(of trainer: Trainer, after segment: SegmentRequest) throws {
    let kept = Kept(checkpoint: segment.checkpoint, state: try trainer.state())
    lock.withLock {
      let others = states[segment.trial, default: []].filter { $0.checkpoint != kept.checkpoint }
      states[segment.trial] = Array((others + [kept]).suffix(Self.statesOfATrial))
    }
  }

  /// Evaluates on the validation images, from the device's own copy where it has memory for one.
  func evaluate(_ trainer: Trainer, onBatch: (Int) throws -> Void) throws -> Evaluation {
    guard let images = try validationImages(for: trainer) else {
      return try trainer.evaluate(data.validation, onBatch: onBatch)
    }
    return try trainer.evaluate(images, onBatch: onBatch)
  }

  private func queue(ofSlot slot: Int, on device: Device) throws -> any DeviceQueue {
    if let queue = lock.withLock({ queues[slot] }) { return queue }
    let queue = try makeQueue(device)
    lock.withLock { queues[slot] = queue }
    return queue
  }

  private func validationImages(for trainer: Trainer) throws -> ResidentImages? {
    try lock.withLock {
      if let images = images[trainer.device] { return images }
      let free = try Runtime.freeMemory(of: trainer.device) ?? .max
      guard ResidentImages.byteCount(data.validation) <= Int(Double(free) * Self.shareForImages) else {
        return nil
      }
      let made = try ResidentImages(data.validation, tail: trainer.evaluationTail, on: trainer.device)
      images[trainer.device] = made
      return made
    }
  }

  private func state(of checkpoint: String, on device: Device) -> TrainerState? {
    // A segment writes under a temporary name, which its checkpoint then loses.
    lock.withLock {
      states.values.joined().first {
        TemporaryName.isTemporary($0.checkpoint, for: checkpoint) && $0.state.device == device
      }?.state
    }
  }
}
