/// What the policy of one epoch does to each image.
public struct AugmentationProgram: Hashable, Sendable {
  /// One operation that may be applied.
  public struct Step: Hashable, Sendable {
    public var operation: Operation
    /// The chance that the step fires when it is reached, 0...1.
    public var probability: Double
    /// The strength, 0...9.
    public var magnitude: Int

    public init(operation: Operation, probability: Double, magnitude: Int) {
      self.operation = operation
      self.probability = probability
      self.magnitude = magnitude
    }
  }

  /// One policy of those among which an image draws.
  public struct Alternative: Hashable, Sendable {
    /// The share of images that draw this alternative, relative to the other weights.
    public var weight: Double
    public var steps: [Step]
    /// The chances that 0, 1, 2, … operations are applied; nil applies every step in order.
    ///
    /// With a distribution the image draws a count, walks once through the steps in random order, lets each fire
    /// with its own probability, and stops as soon as `count` steps have fired (Population Based Augmentation).
    /// Without one each step fires with its own probability, in order (AutoAugment).
    public var countDistribution: [Double]?

    public init(weight: Double = 1, steps: [Step], countDistribution: [Double]?) {
      self.weight = weight
      self.steps = steps
      self.countDistribution = countDistribution
    }
  }

  /// The policies among which each image draws by weight.
  public var alternatives: [Alternative]

  public init(alternatives: [Alternative]) {
    self.alternatives = alternatives
  }

  /// The program that leaves every image as it is.
  public static let none = AugmentationProgram(alternatives: [])
}
