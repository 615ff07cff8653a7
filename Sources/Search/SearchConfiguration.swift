import Datasets
import RunStore
import Training

/// The settings of a search; a plain value that decides its result together with the images and the machine.
public struct SearchConfiguration: RunConfiguration, Hashable {
  /// The images.
  public var data: DataSelection
  /// The digest of the images, so that a resumed search notices others; nil where it was not taken.
  public var imageDigest: String?
  /// How every trial is trained.
  public var recipe: Recipe
  /// The number of trials.
  public var population: Int
  /// The number of epochs between two comparisons of the trials.
  public var interval: Int
  /// The share of the population that is replaced at a comparison, and the share that is copied; 0 to 0.5.
  public var quantile: Double
  /// Where it is computed, already decided: `cpu`, `cuda:0`.
  public var device: String
  /// How many trials train at once.
  ///
  /// The result does not depend on it.
  public var concurrency: Int

  public static let kind = RunKind.search
  public var settingsWithoutEffect: Set<String> { ["concurrency", "dataDirectory"] }

  /// Makes the settings; what is not given is as in the search on reduced CIFAR-10.
  public init(
    data: DataSelection, imageDigest: String? = nil, recipe: Recipe = Recipe(), population: Int = 16,
    interval: Int = 3, quantile: Double = 0.25, device: String = "cpu", concurrency: Int = 1
  ) {
    self.data = data
    self.imageDigest = imageDigest
    self.recipe = recipe
    self.population = population
    self.interval = interval
    self.quantile = quantile
    self.device = device
    self.concurrency = concurrency
  }

  /// The largest number of trials and of epochs between comparisons that is accepted.
  public static let largest = 1_000_000

  /// Checks every setting.
  ///
  /// Throws `SearchError.setting` for the first that is wrong, or what `Recipe.validate` throws.
  public func validate() throws {
    try recipe.validate()
    for (name, value) in [
      ("population", population), ("interval", interval), ("concurrency", concurrency),
    ] where !(1...Self.largest).contains(value) {
      throw SearchError.setting(name, found: "\(value)", expected: "a number from 1 to \(Self.largest)")
    }
    guard (0...0.5).contains(quantile) else {
      throw SearchError.setting("quantile", found: "\(quantile)", expected: "a number from 0 to 0.5")
    }
  }
}
