import Torch

/// The training steps of one network on a device, on memory that stays in place.
///
/// Within an epoch nothing waits for the device but the writing of a batch, and only for the copy that last read the same
/// place, `batchesAhead` steps ago. So the caller's own thread prepares batches ahead of the device. The first steps are
/// done plainly; then one is recorded, and every later one is that recording again. Batches are copied as the numbers that
/// the network takes: they are a small part of what the bus carries, and the host alone then decides every pixel.
final class DeviceSteps {
  /// What a step reads and writes, on the device.
  struct Memory {
    /// [N,3,H,W], channels last.
    let images: Tensor
    /// [N], int64.
    let labels: Tensor
    /// The learning rate, one number.
    let rate: Tensor
    /// The step's loss, one number.
    let loss: Tensor
    /// How many images were classified correctly since the epoch began: [1], int64.
    let correct: Tensor
  }

  /// A batch in the host's memory, and the mark after its last copy.
  private struct Batch {
    let images: Tensor
    let labels: Tensor
    var copied: (any DeviceMark)?
  }

  static let batchesAhead = 4
  /// Before a recording, libraries must have chosen their kernels and taken their memory.
  static let plainSteps = 3

  let memory: Memory
  private let queue: any DeviceQueue
  private let body: (Memory) throws -> Void
  private let isRecordable: Bool
  private var batches: [Batch]
  private var next = 0
  private var plainStepsDone = 0
  private var recording: (any RecordedWork)?

  /// - Parameters:
  ///   - queue: where the work goes.
  ///   - shape: [N,3,H,W].
  ///   - isRecordable: whether every step does the same operations on the same memory.
  ///   - body: one step, from the images to the weights.
  /// - Throws: `TorchError` where the device has not the memory.
  init(
    _ queue: any DeviceQueue, shape: [Int], isRecordable: Bool, body: @escaping (Memory) throws -> Void
  ) throws {
    let device = queue.device
    memory = Memory(
      images: try Tensor.empty(shape, on: device, channelsLast: true),
      labels: try Tensor.zeros([shape[0]], .int64, on: device), rate: try Tensor.zeros([], on: device),
      loss: try Tensor.zeros([], on: device), correct: try Tensor.zeros([1], .int64, on: device))
    batches = try (0..<Self.batchesAhead).map { _ in
      Batch(
        images: try queue.hostTensor(shape, .float32, channelsLast: true),
        labels: try queue.hostTensor([shape[0]], .int64, channelsLast: false))
    }
    self.queue = queue
    self.body = body
    self.isRecordable = isRecordable && queue.canRecord
  }

  deinit {
    // A recording must not go while the device is still at it. What fails here has failed its caller before.
    try? queue.synchronize()
  }

  /// Begins an epoch: nothing is classified yet.
  func begin() throws {
    let correct = memory.correct
    try queue.perform { try correct.fill(0) }
  }

  /// Hands over one step, whose loss goes to the place `index` of `losses`.
  ///
  /// - Parameters:
  ///   - rate: the learning rate.
  ///   - losses: [steps], on the device.
  ///   - index: the place of this loss in `losses`.
  ///   - write: fills the images, in memory order, and the labels of the batch.
  /// - Throws: what `write` and the queue throw.
  func step(
    rate: Double, losses: Tensor, index: Int,
    write: (UnsafeMutableBufferPointer<Float>, UnsafeMutableBufferPointer<Int64>) throws -> Void
  ) throws {
    let batch = batches[next]
    try batch.copied?.wait()
    try batch.images.withUnsafeMutableElements(of: Float.self) { images in
      try batch.labels.withUnsafeMutableElements(of: Int64.self) { labels in try write(images, labels) }
    }
    try queue.copy(batch.images, to: memory.images)
    try queue.copy(batch.labels, to: memory.labels)
    batches[next].copied = try queue.mark()
    next = (next + 1) % batches.count
    let memory = memory
    try queue.perform { try memory.rate.fill(rate) }
    try handOver()
    try queue.perform { try losses.narrowed(0, start: index, length: 1).copy(from: memory.loss) }
  }

  private func handOver() throws {
    let (memory, body) = (memory, body)
    if isRecordable, recording == nil, plainStepsDone >= Self.plainSteps {
      recording = try queue.record { try body(memory) }
    }
    if let recording {
      try queue.replay(recording)
    } else {
      try queue.perform { try body(memory) }
      plainStepsDone += 1
    }
  }
}
