/// An operation that a policy applied to an image, with all that was drawn for it.
public struct AppliedOperation: Equatable, Sendable {
  /// The operation that was applied.
  public let operation: Operation
  /// The probability with which the step could fire.
  public let probability: Double
  /// The strength in the operation's unit, its direction included.
  public let parameter: Double
  /// The magnitude of the search behind the parameter; nil where the policy has no such scale.
  public let magnitude: Int?
  /// The column and row drawn as the centre; nil for an operation that has none.
  public let center: SIMD2<Int>?
  /// The key drawn for the operation's own random numbers; nil for an operation that has none.
  public let key: UInt64?
}

extension AppliedOperation {
  /// Where pixels of an image of a size in pixels come from; nil where every pixel stays in its place.
  public func movement(width: Int, height: Int) -> ProjectiveMap? {
    operation.movement?(arguments, width, height)
  }

  private var arguments: OperationArguments {
    OperationArguments(parameter: parameter, center: (center?.x ?? 0, center?.y ?? 0), key: key ?? 0)
  }

  init(_ step: AugmentationProgram.Step, _ arguments: OperationArguments) {
    operation = step.operation
    probability = step.probability
    parameter = arguments.parameter
    magnitude = step.magnitude
    center = step.operation.usesCenter ? SIMD2(arguments.center.x, arguments.center.y) : nil
    key = step.operation.usesKey ? arguments.key : nil
  }
}
