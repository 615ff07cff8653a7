/// Everything that can vary in one application of an operation.
public struct OperationArguments: Sendable {
  /// The strength in the operation's own unit, its direction included.
  public let parameter: Double
  /// The middle of an operation that has one (``Operation/usesCenter``), in pixels; it may lie outside the image.
  public let center: (x: Int, y: Int)
}
