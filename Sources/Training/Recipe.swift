import Augmentation
import Datasets
import Models
import Torch

/// Everything that decides how a network is trained, except for the data and the policy.
public struct Recipe: Codable, Hashable, Sendable {
  /// The model's name, such as `wrn_40_2`.
  public var model: String
  /// The length of the training, which the learning rate's rule refers to.
  public var epochs: Int
  /// Images of a training step.
  public var batchSize: Int
  /// The learning rate at the start.
  public var learningRate: Double
  /// How the rate falls over the epochs.
  public var learningRateRule: LearningRateRule
  /// The factor by which weights are added to their gradients.
  public var weightDecay: Double
  /// The side of the square that Cutout removes from every image, in pixels, as it is used; 0 removes nothing.
  public var cutout: Int
  /// The zero padding of the random crop, in pixels, as it is used; 0 crops nothing.
  public var cropPadding: Int
  /// Whether the lengths in pixels of policies follow the size of the images; nil for no.
  public var scaleToSize: Bool?
  /// Whether every second image, by chance, is mirrored.
  public var flip: Bool
  /// The seed of all random numbers of the training.
  public var seed: UInt64
  /// The type of activations in training.
  public var precision: Precision
  /// Threads that one operation of torch may use.
  ///
  /// Sums are split among them, so results depend on it.
  public var threads: Int
  /// The share ε of every label that is spread over all classes in the training loss, above 0 and below 1; nil for none.
  public var labelSmoothing: Double?
  /// What an image of each class counts in the training loss; nil for 1 everywhere.
  public var classWeights: ClassWeights?

  /// A recipe with the paper's settings for CIFAR-10 where nothing is said; nothing is checked yet.
  public init(
    model: String = "wrn_40_2", epochs: Int = 200, batchSize: Int = 128, learningRate: Double = 0.1,
    learningRateRule: LearningRateRule = .cosine, weightDecay: Double = 0.0005, cutout: Int = 16,
    cropPadding: Int = 4, scaleToSize: Bool? = nil, flip: Bool = true, seed: UInt64 = 0,
    precision: Precision = .fp32, threads: Int = 1, labelSmoothing: Double? = nil,
    classWeights: ClassWeights? = nil
  ) {
    self.model = model
    self.epochs = epochs
    self.batchSize = batchSize
    self.learningRate = learningRate
    self.learningRateRule = learningRateRule
    self.weightDecay = weightDecay
    self.cutout = cutout
    self.cropPadding = cropPadding
    self.scaleToSize = scaleToSize
    self.flip = flip
    self.seed = seed
    self.precision = precision
    self.threads = threads
    self.labelSmoothing = labelSmoothing
    self.classWeights = classWeights
  }
}

extension Recipe {
  /// Checks every number.
  ///
  /// - Throws: ``TrainingError/setting(_:)`` for the first that has no meaning, or `ModelError` for the model's name.
  public func validate() throws {
    _ = try ModelSpec.named(model)
    func require(_ holds: Bool, _ name: String, _ found: String, _ expected: String) throws {
      if !holds { throw TrainingError.setting("\(setting: name): found \(found), expected \(expected)") }
    }
    let side = 0...4096
    try require((1...1_000_000).contains(epochs), "epochs", "\(epochs)", "1 to 1000000")
    try require((1...1_000_000).contains(batchSize), "batchSize", "\(batchSize)", "1 to 1000000")
    try require(
      learningRate > 0 && learningRate <= 1e38, "learningRate", "\(learningRate)",
      "a number above 0, up to 1e38")
    try require((0...1e38).contains(weightDecay), "weightDecay", "\(weightDecay)", "a number from 0 to 1e38")
    try require(side.contains(cutout), "cutout", "\(cutout)", "0 (off) to 4096 pixels")
    try require(side.contains(cropPadding), "cropPadding", "\(cropPadding)", "0 (off) to 4096 pixels")
    try require((1...1024).contains(threads), "threads", "\(threads)", "1 to 1024")
    if let labelSmoothing {
      try require(
        labelSmoothing > 0 && labelSmoothing < 1, "labelSmoothing", "\(labelSmoothing)",
        "a number from 0 (off) to below 1")
    }
    try classWeights?.validate()
  }
}

extension Recipe {
  /// How the lengths in pixels of policies are carried over to images of this size.
  public func pixelScale(width: Int, height: Int) -> PixelScale {
    scaleToSize == true ? PixelScale(width: width, height: height) : .none
  }

  /// The steps of an epoch: as many whole batches as there are images for.
  public func stepsPerEpoch(of data: DatasetSplits) -> Int { data.train.count / batchSize }

  /// The images that an epoch trains on; what is left of the last batch waits for the next epoch.
  public func imagesPerEpoch(of data: DatasetSplits) -> Int { stepsPerEpoch(of: data) * batchSize }

  /// Throws `ModelError` if the network does not take images of a dataset's size.
  public func requireModel(takes data: DatasetSplits) throws {
    let network = try Network(
      ModelSpec.named(model), classes: data.classNames.count, generator: Generator(seed: 0))
    let image = try Tensor.zeros([1, 3, data.train.images.height, data.train.images.width])
    _ = try withoutGradients { try network.model.logits(image, .evaluation) }
  }
}
