/// Some figures of one step.
public struct ScalarPoint: Hashable, Sendable {
  /// A figure and the name of its curve, such as `accuracy/validation`.
  public struct Scalar: Hashable, Sendable {
    /// The name of the curve.
    public let tag: String
    /// TensorBoard keeps it in 32 bits.
    public let value: Double

    /// Makes a figure of a curve.
    public init(_ tag: String, _ value: Double) {
      self.tag = tag
      self.value = value
    }
  }

  /// Where on the curves they lie, such as the number of epochs trained.
  public let step: Int
  /// The figures of the step, one for each curve.
  public let scalars: [Scalar]

  /// Makes a point from the figures of one step.
  public init(step: Int, scalars: [Scalar]) {
    self.step = step
    self.scalars = scalars
  }
}
