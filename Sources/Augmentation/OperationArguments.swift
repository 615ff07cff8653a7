/// Everything that can vary in one application of an operation.
struct OperationArguments {
  /// The strength in the operation's own unit, its direction included.
  let parameter: Double
  /// The middle of an operation that has one (``Operation/usesCenter``), in pixels; it may lie outside the image.
  let center: (x: Int, y: Int)
}
