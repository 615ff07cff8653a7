import CTorch

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
    try check(
      ct_nesterov_step(
        values.handle, gradients.handle, momentum.handle, weightDecay, clipNorm, momentumFactor, learningRate)
    )
  }
}
