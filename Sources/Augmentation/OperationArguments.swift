/// Everything that can vary in one application of an operation.
public struct OperationArguments: Sendable {
  /// The strength in the operation's own unit, its direction included.
  public let parameter: Double
  /// The middle of an operation that has one (``Operation/usesCenter``), in pixels; it may lie outside the image.
  public let center: (x: Int, y: Int)
  /// What the random numbers of an operation that has some (``Operation/usesKey``) follow from, and nothing else.
  ///
  /// A policy draws it below 2⁵³, so that every reader of JSON has it exactly.
  public let key: UInt64

  /// The arguments of one application.
  ///
  /// - Parameters:
  ///   - parameter: the strength in the operation's own unit, its direction included.
  ///   - center: the middle of an operation that has one, in pixels.
  ///   - key: what the random numbers of an operation that has some follow from.
  public init(parameter: Double, center: (x: Int, y: Int) = (0, 0), key: UInt64 = 0) {
    (self.parameter, self.center, self.key) = (parameter, center, key)
  }

  /// The random numbers of this application: a stream from its first number, the same whenever it is asked for.
  public var random: RandomStream { RandomStream(seed: key, domain: .operation) }
}
