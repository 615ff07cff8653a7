/// Everything that can vary in one application of an operation.
public struct OperationArguments: Sendable {
  /// The magnitudes that a policy can hold.
  public static let magnitudes = 0...9

  /// The strength, 0...9; each operation says what it means.
  public let magnitude: Int
  /// The direction of an operation that has one (``Operation/isSigned``).
  public let isNegative: Bool
  /// The middle of an operation that has one (``Operation/usesCenter``), in pixels; it may lie outside the image.
  public let center: (x: Int, y: Int)

  /// Makes the arguments; a magnitude outside 0...9 is a programmer's error.
  public init(magnitude: Int, isNegative: Bool = false, center: (x: Int, y: Int) = (0, 0)) {
    precondition(
      Self.magnitudes.contains(magnitude), "magnitude: found \(magnitude), expected \(Self.magnitudes)")
    self.magnitude = magnitude
    self.isNegative = isNegative
    self.center = center
  }
}
