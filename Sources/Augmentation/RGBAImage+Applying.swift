import Images

extension RGBAImage {
  /// Returns the image with one operation applied to it.
  ///
  /// - Parameters:
  ///   - operation: the operation to apply.
  ///   - parameter: the strength in the operation's unit; outside its range is a programmer's error.
  ///   - center: the column and row in the middle of an operation that has one; it may lie outside the image.
  ///   - key: what the random numbers of an operation that has some follow from.
  /// - Returns: an image of the same size.
  public func applying(
    _ operation: Operation, parameter: Double, center: (x: Int, y: Int) = (0, 0), key: UInt64 = 0
  ) -> RGBAImage {
    applying(operation, parameter: parameter, center: center, key: key, on: .chosen)
  }

  /// Returns the image with one operation applied to it, by chosen instructions.
  package func applying(
    _ operation: Operation, parameter: Double, center: (x: Int, y: Int), key: UInt64 = 0,
    on instructions: InstructionSet
  ) -> RGBAImage {
    precondition(
      operation.parameters.contains(parameter),
      "\(operation.name): a parameter outside \(operation.parameters)")
    guard width > 0, height > 0 else { return self }
    var canvas = Canvas(width: width, height: height, kernels: instructions.kernels)
    canvas.load(self)
    operation.kernel(&canvas, OperationArguments(parameter: parameter, center: center, key: key))
    return canvas.image()
  }
}
