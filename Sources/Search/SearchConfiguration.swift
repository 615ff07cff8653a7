import Datasets
import RunStore

/// The settings of a search; a plain value that decides its result together with the data and the machine.
public struct SearchConfiguration: RunConfiguration, Hashable {
  /// The data set, as it is named on the command line.
  public var dataset: String
  /// The number of training images; `nil` for the data set's own.
  public var trainSize: Int?
  /// The number of validation images; `nil` for the data set's own.
  public var validationSize: Int?
  /// The network, such as `wrn_40_2`.
  public var model: String
  /// The number of trials.
  public var population: Int
  /// The number of epochs between two comparisons of the trials.
  public var interval: Int
  /// The share of the population that is replaced at a comparison, and the share that is copied; 0 to 0.5.
  public var quantile: Double
  /// The number of epochs that every trial trains.
  public var epochs: Int
  /// The seed of every random number.
  public var seed: UInt64
  /// The number of images in a training step.
  public var batchSize: Int
  /// The learning rate at the start.
  public var learningRate: Double
  /// How the learning rate falls: `cosine` or `step`.
  public var learningRateRule: String
  /// The factor of the squared weights in the loss.
  public var weightDecay: Double
  /// The side of the square that Cutout removes, in pixels; 0 for none.
  public var cutout: Int
  /// The zero padding of the random crop, in pixels; 0 for none.
  public var cropPadding: Int
  /// Whether every second image, by chance, is mirrored.
  public var flip: Bool
  /// The floating-point format: `fp32` or `bf16`.
  public var precision: String
  /// Where it is computed: `cpu` or `cuda`, already decided.
  public var device: String
  /// Threads that one trial's arithmetic uses.
  ///
  /// Sums are split among them, so the result depends on it.
  public var torchThreads: Int
  /// How many trials train at once.
  ///
  /// The result does not depend on it.
  public var concurrency: Int
  /// Where data sets are kept.
  ///
  /// The result does not depend on it.
  public var dataDirectory: String
  /// The size of the images of a folder; nil for datasets whose images have one size.
  public var imageSize: ImageSize?
  /// Whether unreadable images of a folder are left out; nil for no.
  public var skipUnreadable: Bool?

  public static let kind = RunKind.search
  public static let settingsWithoutEffect: Set<String> = ["concurrency", "dataDirectory"]

  /// Makes the settings; what is not given is as in the search on reduced CIFAR-10.
  public init(
    dataset: String, trainSize: Int? = nil, validationSize: Int? = nil, model: String = "wrn_40_2",
    population: Int = 16, interval: Int = 3, quantile: Double = 0.25, epochs: Int = 200, seed: UInt64 = 0,
    batchSize: Int = 128, learningRate: Double = 0.1, learningRateRule: String = "cosine",
    weightDecay: Double = 0.0005, cutout: Int = 16, cropPadding: Int = 4, flip: Bool = true,
    precision: String = "fp32", device: String = "cpu", torchThreads: Int = 1, concurrency: Int = 1,
    dataDirectory: String = "", imageSize: ImageSize? = nil, skipUnreadable: Bool? = nil
  ) {
    self.dataset = dataset
    self.trainSize = trainSize
    self.validationSize = validationSize
    self.model = model
    self.population = population
    self.interval = interval
    self.quantile = quantile
    self.epochs = epochs
    self.seed = seed
    self.batchSize = batchSize
    self.learningRate = learningRate
    self.learningRateRule = learningRateRule
    self.weightDecay = weightDecay
    self.cutout = cutout
    self.cropPadding = cropPadding
    self.flip = flip
    self.precision = precision
    self.device = device
    self.torchThreads = torchThreads
    self.concurrency = concurrency
    self.dataDirectory = dataDirectory
    self.imageSize = imageSize
    self.skipUnreadable = skipUnreadable
  }

  /// The largest number of trials and of epochs that is accepted.
  public static let largest = 1_000_000

  /// Checks the settings that the search itself reads.
  ///
  /// Throws `SearchError.setting` for the first that is wrong.
  public func validate() throws(SearchError) {
    for (name, value) in [
      ("population", population), ("interval", interval), ("epochs", epochs), ("concurrency", concurrency),
    ] where !(1...Self.largest).contains(value) {
      throw .setting(name, found: "\(value)", expected: "a number from 1 to \(Self.largest)")
    }
    guard (0...0.5).contains(quantile) else {
      throw .setting("quantile", found: "\(quantile)", expected: "a number from 0 to 0.5")
    }
  }
}
