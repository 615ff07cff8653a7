/// Stochastic gradient descent with Nesterov momentum, weight decay on every parameter and a clipped gradient.
///
/// One step, in the order of the original (TensorFlow's form of momentum):
/// g ← ∇loss + decay·v; g ← g · clip / max(clip, ‖g‖); a ← μ·a + g; v ← v − rate·(g + μ·a),
/// where ‖g‖ is the norm over all parameters together.
public final class NesterovSGD {
  let variables: Variables
  let values: Tensor
  let gradients: Tensor
  /// The accumulated gradients `a`, one vector over all parameters.
  public let momentum: Tensor
  let weightDecay: Double
  let momentumFactor: Double
  let clipNorm: Double

  /// An optimiser for flattened variables, with its momentum at zero.
  ///
  /// - Throws: ``TorchError`` if the variables are not flattened.
  public init(_ variables: Variables, weightDecay: Double, momentum: Double = 0.9, clipNorm: Double = 5)
    throws
  {
    guard let values = variables.flatParameters, let gradients = variables.flatGradients else {
      throw TorchError("the optimiser needs flattened variables; call flatten() first")
    }
    self.variables = variables
    self.values = values
    self.gradients = gradients
    self.momentum = try Tensor.zeros([values.count], variables.dataType, on: variables.device)
    self.weightDecay = weightDecay
    self.momentumFactor = momentum
    self.clipNorm = clipNorm
  }

  /// Sets every gradient to zero.
  public func zeroGradients() throws { try gradients.fill(0) }

  /// Moves every parameter by the gradients that backward left.
  public func step(learningRate: Double) throws {
    try withoutGradients {
      try gradients.add(values, scaledBy: weightDecay)
      // The factor stays a tensor: reading it back would wait for the device at every step.
      let factor = try gradients.norm().clamped(minimum: clipNorm).reciprocal()
      try factor.multiply(by: clipNorm)
      try gradients.multiply(by: factor)
      try momentum.multiply(by: momentumFactor)
      try momentum.add(gradients)
      try values.add(gradients, scaledBy: -learningRate)
      try values.add(momentum, scaledBy: -learningRate * momentumFactor)
    }
  }
}
