import Augmentation
import Datasets
import Models
import Torch

/// The figures of one epoch of training.
public struct EpochMetrics: Codable, Hashable, Sendable {
  /// Epochs done, counted from 1.
  public var epoch: Int
  /// The mean loss over the epoch's steps, without weight decay; with the recipe's smoothed labels and weights of classes.
  public var loss: Double
  /// The share of training images, as augmented, that were classified correctly, in 0...1.
  public var accuracy: Double
  /// The learning rate of the last step.
  public var learningRate: Double
}

/// A network in training: its weights, its optimiser and the number of trained epochs.
///
/// What an epoch does is a function of the state before it, the recipe, the data, the policy and (seed, trial, epoch):
/// on the CPU, training on from a restored checkpoint gives the same bits as never having stopped. A trainer belongs to
/// one thread at a time.
///
/// ```swift
/// let data = try loadDataset(DataSelection("bundled", trainSize: 64, validationSize: 32))
/// let recipe = Recipe(model: "wrn_10_1", epochs: 2, batchSize: 32)
/// let trainer = try Trainer(recipe: recipe, data: data)
/// for epoch in 0..<recipe.epochs {
///   let metrics = try trainer.trainEpoch(schedule.program(atEpoch: epoch))
///   print(metrics.loss, metrics.accuracy)
/// }
/// let accuracy = try trainer.evaluate(data.validation).accuracy
/// let file = try trainer.checkpoint()  // safetensors
/// ```
public final class Trainer {
  /// How it is trained; its length may change between epochs (`setLength`).
  public private(set) var recipe: Recipe
  /// The images, split.
  public let data: DatasetSplits
  /// Where it is computed.
  public let device: Device
  /// The stream of randomness this training draws from; a search gives every trial its own.
  public package(set) var trial: Int
  /// Epochs done.
  public internal(set) var epoch = 0

  let network: Network
  let optimizer: NesterovSGD
  /// Where work goes that is done later; nil where it is done as it is called.
  let queue: (any DeviceQueue)?
  /// The steps of the queue, once there was one.
  private var deviceSteps: DeviceSteps?
  /// The weights of the classes in the loss, where the network is: [K]; nil where all count the same.
  private let classWeights: Tensor?
  /// What random layers draw from in this epoch.
  private var layerGenerator: Generator?

  /// A freshly initialised network; equal recipe, data and trial give equal weights.
  ///
  /// - Throws: ``TrainingError``, `ModelError` or `TorchError`.
  public convenience init(recipe: Recipe, data: DatasetSplits, trial: Int = 0, device: Device = .cpu) throws {
    // A wrong recipe is reported before a missing device.
    try recipe.validate()
    try self.init(
      recipe: recipe, data: data, trial: trial, device: device,
      queue: device == .cpu ? nil : CUDAQueue(on: device))
  }

  /// A trainer whose work goes to a queue.
  package convenience init(recipe: Recipe, data: DatasetSplits, trial: Int = 0, queue: any DeviceQueue) throws
  {
    try self.init(recipe: recipe, data: data, trial: trial, device: queue.device, queue: queue)
  }

  private init(
    recipe: Recipe, data: DatasetSplits, trial: Int, device: Device, queue: (any DeviceQueue)?
  ) throws {
    try recipe.validate()
    let recipe = try recipe.resolved(for: data)
    guard data.train.count == 0 || recipe.batchSize <= data.train.count else {
      throw TrainingError.batchTooLarge(batchSize: recipe.batchSize, images: data.train.count)
    }
    self.recipe = recipe
    self.data = data
    self.device = device
    self.trial = trial
    self.queue = queue
    try Runtime.setThreads(recipe.threads)
    var random = RandomStream(seed: recipe.seed, domain: .initialisation, trial: trial)
    let generator = try Generator(seed: random.next())
    let weights = try recipe.classWeights?.numbers(for: data).map(Float.init)
    func make() throws -> (Network, NesterovSGD, Tensor?) {
      let network = try Network(
        ModelSpec.named(recipe.model), classes: data.classNames.count, generator: generator, device: device)
      return (
        network, try NesterovSGD(network.variables, weightDecay: recipe.weightDecay),
        try weights.map { try Tensor($0, shape: [$0.count]).moved(to: device) }
      )
    }
    (network, optimizer, classWeights) = try queue?.use(make) ?? make()
  }

  /// The number of trainable parameters.
  public var parameterCount: Int { network.variables.parameterCount }

  /// Sets how many epochs the training has in all, which the learning rate's rule refers to from the next epoch on.
  public func setLength(epochs: Int) { recipe.epochs = epochs }

  /// Steps of one epoch; images that fill no whole batch are left out, others each epoch.
  public var stepsPerEpoch: Int { recipe.stepsPerEpoch(of: data) }

  /// Trains one epoch on the training images under a policy.
  ///
  /// - Parameters:
  ///   - program: what is applied to the images, before crop, flip and Cutout.
  ///   - onStep: called after every step with the number of its images; what it throws ends the epoch.
  /// - Returns: loss, accuracy and learning rate of the epoch.
  /// - Throws: ``TrainingError/notFinite(epoch:step:loss:)`` if the loss diverged. After any error the trainer
  ///   stands inside an epoch and cannot be used any more.
  public func trainEpoch(
    _ program: AugmentationProgram, onStep: (_ images: Int) throws -> Void = { _ in }
  ) throws -> EpochMetrics {
    try onQueue {
      try Runtime.setThreads(recipe.threads)
      let images = data.train.images
      let batchSize = recipe.batchSize
      let steps = stepsPerEpoch
      var random = RandomStream(seed: recipe.seed, domain: .permutation, trial: trial, epoch: epoch)
      let order = random.permutation(images.count)
      var layers = RandomStream(seed: recipe.seed, domain: .randomLayers, trial: trial, epoch: epoch)
      layerGenerator = try Generator(seed: layers.next())
      let augmenter = BatchAugmenter(program: program, tail: trainingTail, seed: recipe.seed, trial: trial)
      let work = try queue.map { try stepsOnQueue($0, count: steps) } ?? stepsHere(count: steps)
      var rate = 0.0
      for step in 0..<steps {
        let samples = order[(step * batchSize)..<((step + 1) * batchSize)]
        rate = recipe.learningRateRule.rate(
          initial: recipe.learningRate, epoch: epoch, step: step + 1, stepsPerEpoch: steps,
          epochs: recipe.epochs)
        try work.take(step, samples, rate) {
          augmenter.write(samples: samples, of: images, epoch: epoch, into: $0, threads: recipe.threads)
        }
        try onStep(batchSize)
      }

      // The losses are read once: reading each would wait for the device at every step.
      try queue?.synchronize()
      let values = try work.losses.elements(Float.self)
      if let bad = values.firstIndex(where: { !$0.isFinite }) {
        throw TrainingError.notFinite(epoch: epoch + 1, step: bad + 1, loss: Double(values[bad]))
      }
      epoch += 1
      return EpochMetrics(
        epoch: epoch, loss: values.reduce(0) { $0 + Double($1) } / Double(max(steps, 1)),
        accuracy: try work.correct.item() / Double(max(steps * batchSize, 1)), learningRate: rate)
    }
  }

  /// The steps of an epoch: how one is taken, and what they leave.
  private struct Steps {
    /// The loss of each step.
    let losses: Tensor
    /// How many images were classified correctly: [1], int64.
    let correct: Tensor
    /// Takes a step on a batch, which `write` puts into memory.
    let take:
      (
        _ step: Int, _ samples: ArraySlice<Int>, _ rate: Double,
        _ write: (UnsafeMutableBufferPointer<Float>) -> Void
      ) throws -> Void
  }

  /// Steps that are done as they are taken.
  private func stepsHere(count: Int) throws -> Steps {
    let images = data.train.images
    let batch = try Tensor.empty([recipe.batchSize, 3, images.height, images.width], channelsLast: true)
    let losses = try Tensor.zeros([count])
    let correct = try Tensor.zeros([1], .int64)
    return Steps(losses: losses, correct: correct) { [unowned self] step, samples, rate, write in
      try batch.withUnsafeMutableElements(of: Float.self) { write($0) }
      let labels = try labels(of: data.train, samples)
      let (logits, loss) = try gradients(of: batch, labels)
      try optimizer.step(learningRate: rate)
      try withoutGradients {
        try losses.narrowed(0, start: step, length: 1).copy(from: loss)
        try correct.add(logits.countCorrect(labels))
      }
    }
  }

  /// Steps that are handed over to be done later.
  private func stepsOnQueue(_ queue: any DeviceQueue, count: Int) throws -> Steps {
    let images = data.train.images
    let losses = try Tensor.zeros([count], on: device)
    let deviceSteps =
      try deviceSteps
      ?? DeviceSteps(
        queue, shape: [recipe.batchSize, 3, images.height, images.width],
        isRecordable: !network.model.drawsInTraining
      ) { [unowned self] memory in
        let (logits, loss) = try gradients(of: memory.images, memory.labels)
        try optimizer.step(rate: memory.rate)
        try withoutGradients {
          try memory.loss.copy(from: loss)
          try memory.correct.add(logits.countCorrect(memory.labels))
        }
      }
    self.deviceSteps = deviceSteps
    try deviceSteps.begin()
    return Steps(losses: losses, correct: deviceSteps.memory.correct) {
      [unowned self] step, samples, rate, write in
      try deviceSteps.step(rate: rate, losses: losses, index: step) { pixels, labels in
        write(pixels)
        for (place, sample) in samples.enumerated() { labels[place] = Int64(data.train.labels[sample]) }
      }
    }
  }

  /// The forward and the backward pass: leaves the gradients of the loss, which it returns with the logits.
  private func gradients(of images: Tensor, _ labels: Tensor) throws -> (logits: Tensor, loss: Tensor) {
    guard let layerGenerator else { throw TorchError("a step was taken outside of an epoch") }
    try optimizer.zeroGradients()
    let (logits, loss) = try withPrecision(recipe.precision, on: device) {
      let logits = try network.model.logits(images, .training(layerGenerator))
      return (logits, try trainingLoss(logits, labels))
    }
    try loss.backward()
    return (logits, loss)
  }

  /// What training minimises: the mean cross-entropy, of smoothed labels and with weights where the recipe says so.
  private func trainingLoss(_ logits: Tensor, _ labels: Tensor) throws -> Tensor {
    guard recipe.labelSmoothing != nil || classWeights != nil else { return try logits.crossEntropy(labels) }
    return try logits.crossEntropy(labels, weights: classWeights, smoothing: recipe.labelSmoothing ?? 0)
  }

  /// Steps after which a device's memory holds all that training on it takes.
  package static let stepsUntilSettled = DeviceSteps.plainSteps + 1

  /// Runs `body` with the queue, if there is one, as the place that work goes to.
  func onQueue<Result>(_ body: () throws -> Result) throws -> Result { try queue?.use(body) ?? body() }

  func labels(of split: LabeledImages, _ samples: ArraySlice<Int>) throws -> Tensor {
    try Tensor(samples.map { Int64(split.labels[$0]) }, shape: [samples.count])
  }

  private var trainingTail: BatchTail {
    BatchTail(
      cropPadding: recipe.cropPadding, flip: recipe.flip, cutout: recipe.cutout, mean: data.statistics.mean,
      standardDeviation: data.statistics.standardDeviation, layout: .nhwc)
  }
}
