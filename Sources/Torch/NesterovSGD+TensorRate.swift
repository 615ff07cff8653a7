extension NesterovSGD {
  /// Moves every parameter by the gradients that backward left, at a rate that the device holds.
  ///
  /// The rule of ``step(learningRate:)``; a recorded step takes the rate that is in the tensor when it is replayed. The sum
  /// g + μ·a is taken before the rate is multiplied in, so the last bits may differ from the other form's.
  ///
  /// - Parameter rate: one number without dimensions, on the parameters' device.
  /// - Throws: ``TorchError`` with torch's text.
  public func step(rate: Tensor) throws {
    try withoutGradients {
      try gradients.add(values, scaledBy: weightDecay)
      let factor = try gradients.norm().clamped(minimum: clipNorm).reciprocal()
      try factor.multiply(by: clipNorm)
      try gradients.multiply(by: factor)
      try momentum.multiply(by: momentumFactor)
      try momentum.add(gradients)
      try gradients.add(momentum, scaledBy: momentumFactor)
      try gradients.multiply(by: rate)
      try values.add(gradients, scaledBy: -1)
    }
  }
}
