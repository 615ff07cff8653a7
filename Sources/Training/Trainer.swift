import Augmentation
import Datasets
import Models
import Policies
import Torch

/// What one epoch of training came to.
public struct EpochMetrics: Codable, Hashable, Sendable {
  /// Epochs done, counted from 1.
  public var epoch: Int
  /// The mean loss over the epoch's steps, without weight decay.
  public var loss: Double
  /// The share of training images, as augmented, that were told right, in 0...1.
  public var accuracy: Double
  /// The learning rate of the last step.
  public var learningRate: Double
}

/// What an evaluation came to.
public struct Evaluation: Codable, Hashable, Sendable {
  /// The share of images told right, in 0...1.
  public var accuracy: Double
  /// The mean cross-entropy.
  public var loss: Double
  public var images: Int
}

/// A network in training: its weights, its optimiser and its place in time.
///
/// What an epoch does is a function of the state before it, the recipe, the data, the policy and (seed, trial, epoch):
/// on the CPU, training on from a restored checkpoint gives the same bits as never having stopped. A trainer belongs to
/// one thread at a time.
public final class Trainer {
  public let recipe: Recipe
  public let data: DatasetSplits
  public let device: Device
  /// The stream of randomness this training draws from; a search gives every trial its own.
  public let trial: Int
  /// Epochs done.
  public internal(set) var epoch = 0

  let network: Network
  let optimizer: NesterovSGD

  /// A freshly initialised network; equal recipe, data and trial give equal weights.
  ///
  /// - Throws: ``TrainingError``, `ModelError` or `TorchError`.
  public init(recipe: Recipe, data: DatasetSplits, trial: Int = 0, device: Device = .cpu) throws {
    try recipe.validate()
    guard data.train.count == 0 || recipe.batchSize <= data.train.count else {
      throw TrainingError.batchTooLarge(batchSize: recipe.batchSize, images: data.train.count)
    }
    self.recipe = recipe
    self.data = data
    self.device = device
    self.trial = trial
    try Runtime.setThreads(recipe.threads)
    if device != .cpu { try Runtime.setDeterministicConvolutions(true) }
    var random = RandomStream(seed: recipe.seed, domain: .initialisation, trial: trial)
    let generator = try Generator(seed: random.next())
    network = try Network(
      ModelSpec.named(recipe.model), classes: data.classNames.count, generator: generator, device: device)
    optimizer = try NesterovSGD(network.variables, weightDecay: recipe.weightDecay)
  }

  /// The number of trainable parameters.
  public var parameterCount: Int { network.variables.parameterCount }

  /// Steps of one epoch; images that fill no whole batch are left out, others each epoch.
  public var stepsPerEpoch: Int { data.train.count / recipe.batchSize }

  /// Trains one epoch on the training images under a policy.
  ///
  /// - Parameter onStep: told after every step how many images it took; what it throws ends the epoch.
  /// - Throws: ``TrainingError/notFinite(epoch:step:loss:)`` if the loss diverged. After any error the trainer stands
  ///   inside an epoch and is of no more use.
  public func trainEpoch(
    _ program: AugmentationProgram, onStep: (_ images: Int) throws -> Void = { _ in }
  ) throws -> EpochMetrics {
    try Runtime.setThreads(recipe.threads)
    let images = data.train.images
    let batchSize = recipe.batchSize
    let steps = stepsPerEpoch
    var random = RandomStream(seed: recipe.seed, domain: .permutation, trial: trial, epoch: epoch)
    let order = random.permutation(images.count)
    var layers = RandomStream(seed: recipe.seed, domain: .randomLayers, trial: trial, epoch: epoch)
    let generator = try Generator(seed: layers.next())
    let augmenter = BatchAugmenter(program: program, tail: trainingTail, seed: recipe.seed, trial: trial)
    let batch = try Tensor.empty([batchSize, 3, images.height, images.width], channelsLast: true)
    let losses = try Tensor.zeros([steps], on: device)
    let correct = try Tensor.zeros([1], .int64, on: device)
    var rate = 0.0

    for step in 0..<steps {
      let samples = order[(step * batchSize)..<((step + 1) * batchSize)]
      try batch.withUnsafeMutableElements(of: Float.self) {
        augmenter.write(samples: samples, of: images, epoch: epoch, into: $0, threads: recipe.threads)
      }
      let input = try batch.moved(to: device)
      let labels = try labels(of: data.train, samples)
      rate = recipe.learningRateRule.rate(
        initial: recipe.learningRate, epoch: epoch, step: step + 1, stepsPerEpoch: steps,
        epochs: recipe.epochs)
      try optimizer.zeroGradients()
      let (logits, loss) = try withPrecision(recipe.precision, on: device) {
        let logits = try network.model.logits(input, .training(generator))
        return (logits, try logits.crossEntropy(labels))
      }
      try loss.backward()
      try optimizer.step(learningRate: rate)
      try withoutGradients {
        try losses.narrowed(0, start: step, length: 1).copy(from: loss)
        try correct.add(logits.countCorrect(labels))
      }
      try onStep(batchSize)
    }

    // The losses are read once: reading each would wait for the device at every step.
    let values = try losses.elements(Float.self)
    if let bad = values.firstIndex(where: { !$0.isFinite }) {
      throw TrainingError.notFinite(epoch: epoch + 1, step: bad + 1, loss: Double(values[bad]))
    }
    epoch += 1
    return EpochMetrics(
      epoch: epoch, loss: values.reduce(0) { $0 + Double($1) } / Double(max(steps, 1)),
      accuracy: try correct.item() / Double(max(steps * batchSize, 1)), learningRate: rate)
  }

  /// Evaluates the network as it is on images that are only normalised.
  ///
  /// - Parameter onBatch: told after every batch how many images it took; what it throws ends the evaluation.
  /// - Throws: ``TrainingError/notFiniteEvaluation(loss:)`` if the network has diverged.
  public func evaluate(
    _ split: LabeledImages, onBatch: (_ images: Int) throws -> Void = { _ in }
  ) throws -> Evaluation {
    try Runtime.setThreads(recipe.threads)
    let images = split.images
    let augmenter = BatchAugmenter(program: .none, tail: evaluationTail, seed: 0, trial: 0)
    let order = Array(0..<images.count)
    let correct = try Tensor.zeros([1], .int64, on: device)
    let total = try Tensor.zeros([], .float64, on: device)
    try withoutGradients {
      for start in stride(from: 0, to: images.count, by: Self.evaluationBatchSize) {
        let samples = order[start..<min(start + Self.evaluationBatchSize, images.count)]
        let batch = try Tensor.empty([samples.count, 3, images.height, images.width], channelsLast: true)
        try batch.withUnsafeMutableElements(of: Float.self) {
          augmenter.write(samples: samples, of: images, epoch: 0, into: $0, threads: recipe.threads)
        }
        let input = try batch.moved(to: device)
        let labels = try labels(of: split, samples)
        try withPrecision(recipe.precision, on: device) {
          let logits = try network.model.logits(input, .evaluation)
          try correct.add(logits.countCorrect(labels))
          try total.add(logits.crossEntropy(labels).converted(to: .float64), scaledBy: Double(samples.count))
        }
        try onBatch(samples.count)
      }
    }
    let count = Double(max(images.count, 1))
    let loss = try total.item() / count
    guard loss.isFinite else { throw TrainingError.notFiniteEvaluation(loss: loss) }
    return Evaluation(accuracy: try correct.item() / count, loss: loss, images: images.count)
  }

  /// Images of one evaluation batch; large enough to keep convolutions busy, small enough to stay in the cache.
  public static let evaluationBatchSize = 250

  private func labels(of split: LabeledImages, _ samples: ArraySlice<Int>) throws -> Tensor {
    try Tensor(samples.map { Int64(split.labels[$0]) }, shape: [samples.count]).moved(to: device)
  }

  private var trainingTail: BatchTail {
    BatchTail(
      cropPadding: recipe.cropPadding, flip: recipe.flip, cutout: recipe.cutout, mean: data.statistics.mean,
      standardDeviation: data.statistics.standardDeviation, layout: .nhwc)
  }

  private var evaluationTail: BatchTail {
    BatchTail(
      cropPadding: 0, flip: false, cutout: 0, mean: data.statistics.mean,
      standardDeviation: data.statistics.standardDeviation, layout: .nhwc)
  }
}
