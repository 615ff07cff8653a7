/// What the policy of one epoch does to each image.
public struct AugmentationProgram: Hashable, Sendable {
  /// One operation that may be applied.
  public struct Step: Hashable, Sendable {
    /// The operation that may be applied.
    public let operation: Operation
    /// The chance that the step fires when it is reached, 0...1.
    public let probability: Double
    /// The strength, in the operation's unit.
    public let parameter: Double
    /// The strength in the other direction, which half of the applications take; nil where there is no other.
    public let opposite: Double?
    /// The magnitude of the search that the strength was given by; nil where it was given by the parameter.
    public let magnitude: Int?
    /// Whether a length in pixels follows the size of the images where that is asked for.
    let followsSize: Bool

    /// Makes a step; a parameter outside the operation's range is a programmer's error.
    public init(operation: Operation, probability: Double, parameter: Double, opposite: Double? = nil) {
      self.init(
        operation, probability: probability, parameter: parameter, opposite: opposite, magnitude: nil,
        followsSize: false)
    }

    private init(
      _ operation: Operation, probability: Double, parameter: Double, opposite: Double?, magnitude: Int?,
      followsSize: Bool
    ) {
      precondition(
        operation.parameters.contains(parameter) && operation.parameters.contains(opposite ?? parameter),
        "\(operation.name): a parameter outside \(operation.parameters)")
      self.operation = operation
      self.probability = probability
      self.parameter = parameter
      self.opposite = opposite
      self.magnitude = magnitude
      self.followsSize = followsSize
    }

    /// Makes a step of the search's scale; a magnitude outside 0...9 is a programmer's error.
    public init(operation: Operation, probability: Double, magnitude: Int) {
      let parameter = operation.parameter(magnitude: magnitude)
      self.init(
        operation: operation, probability: probability, magnitude: magnitude, parameter: parameter,
        opposite: operation.isSigned ? -parameter : nil)
    }

    /// Makes a step of a scale that the caller knows.
    ///
    /// - Parameters:
    ///   - operation: the operation.
    ///   - probability: the chance that it fires, 0...1.
    ///   - magnitude: the place on the scale.
    ///   - parameter: the strength that it stands for; one outside the operation's range is a programmer's error.
    ///   - opposite: the strength in the other direction; nil where there is no other.
    ///   - followsSize: whether a length in pixels follows the size of the images where that is asked for.
    public init(
      operation: Operation, probability: Double, magnitude: Int, parameter: Double, opposite: Double?,
      followsSize: Bool = true
    ) {
      self.init(
        operation, probability: probability, parameter: parameter, opposite: opposite, magnitude: magnitude,
        followsSize: followsSize && operation.unit == .pixels)
    }

    /// The step on images of another size: a length that a magnitude stands for is carried over, as far as the operation
    /// goes.
    func scaled(by scale: PixelScale) -> Step {
      guard followsSize else { return self }
      func scaled(_ length: Double) -> Double { scale.parameter(length, of: operation) }
      return Step(
        operation, probability: probability, parameter: scaled(parameter), opposite: opposite.map(scaled),
        magnitude: magnitude, followsSize: true)
    }
  }

  /// One policy of those among which an image draws.
  public struct Alternative: Hashable, Sendable {
    /// The share of images that draw this alternative, relative to the other weights.
    public var weight: Double
    /// The operations that may fire, in the order in which they are listed.
    public var steps: [Step]
    /// The chances that 0, 1, 2, … operations are applied; nil applies every step in order.
    ///
    /// With a distribution the image draws a count, walks once through the steps in random order, lets each fire
    /// with its own probability, and stops as soon as `count` steps have fired (Population Based Augmentation).
    /// Without one each step fires with its own probability, in order (AutoAugment).
    public var countDistribution: [Double]?

    /// A policy with its weight among the others; without a distribution of counts every step is gone through in order.
    public init(weight: Double = 1, steps: [Step], countDistribution: [Double]?) {
      self.weight = weight
      self.steps = steps
      self.countDistribution = countDistribution
    }
  }

  /// The policies among which each image draws by weight.
  public var alternatives: [Alternative]
  /// How many alternatives an image draws and goes through, one after another; the same one may come again.
  public var draws: Int

  /// A program of these policies, of which an image draws so many; the number of draws is not negative.
  public init(alternatives: [Alternative], draws: Int = 1) {
    precondition(draws >= 0, "the number of draws is not negative")
    self.alternatives = alternatives
    self.draws = draws
  }

  /// The program that leaves every image as it is.
  public static let none = AugmentationProgram(alternatives: [])
}
