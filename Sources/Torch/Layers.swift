import CTorch

/// A K×K convolution without bias, padded as TensorFlow's "SAME".
///
/// The output is ⌈size / stride⌉ wide and high. Where the padding needed is odd, the extra row or column is at the
/// bottom and right. Weights start from N(0, 2 / (K·K·outputs)).
public struct Convolution {
  /// [outputs, inputs, K, K].
  public let weight: Tensor
  let kernel: Int
  let stride: Int

  /// A convolution with parameters `weight` in the given scope.
  public init(_ scope: Scope, inputs: Int, outputs: Int, kernel: Int, stride: Int = 1) throws {
    self.kernel = kernel
    self.stride = stride
    weight = try scope.normalParameter(
      "weight", [outputs, inputs, kernel, kernel],
      deviation: (2 / Double(kernel * kernel * outputs)).squareRoot())
  }

  /// Convolves a batch.
  ///
  /// - Parameters:
  ///   - input: [N,inputs,H,W].
  ///   - base: a tensor of the output's shape that is added to it.
  /// - Returns: [N,outputs,⌈H/stride⌉,⌈W/stride⌉].
  /// - Throws: ``TorchError`` for shapes, types or devices that do not fit together.
  public func callAsFunction(_ input: Tensor, adding base: Tensor? = nil) throws -> Tensor {
    switch padding(of: input) {
    case .even(let padding):
      return try input.convolved(weight, adding: base, stride: stride, padding: padding)
    case .uneven(let amounts):
      return try input.padded(amounts).convolved(weight, adding: base, stride: stride, padding: 0)
    }
  }

  /// The convolution of max(0, `norm` of `input`), with `base` added: in one pass over memory where that can be done.
  public func callAsFunction(
    rectifying input: Tensor, by norm: BatchNorm, training: Bool, adding base: Tensor? = nil
  ) throws -> Tensor {
    guard case .even(let padding) = padding(of: input) else {
      return try self(norm.rectified(input, training: training), adding: base)
    }
    return try input.convolved(
      weight, rectifiedBy: norm, training: training, adding: base, stride: stride, padding: padding)
  }

  /// The zeros around an input.
  private enum Padding {
    /// As many on every side.
    case even(Int)
    /// Before and after, last dimension first.
    case uneven([(before: Int, after: Int)])
  }

  private func padding(of input: Tensor) -> Padding {
    let shape = input.shape
    let rows = Self.samePadding(shape[2], kernel: kernel, stride: stride)
    let columns = Self.samePadding(shape[3], kernel: kernel, stride: stride)
    let isEven = rows.before == rows.after && columns.before == columns.after && rows.before == columns.before
    return isEven ? .even(rows.before) : .uneven([columns, rows])
  }

  /// The zeros before and after a dimension of `size` places.
  static func samePadding(_ size: Int, kernel: Int, stride: Int) -> (before: Int, after: Int) {
    let outputs = (size + stride - 1) / stride
    let total = max((outputs - 1) * stride + kernel - size, 0)
    return (total / 2, total - total / 2)
  }
}

/// Batch normalisation over N, H and W for each channel, with trainable scale and offset.
///
/// Running statistics move by a tenth towards each batch (the variance towards the unbiased one), epsilon is 1e-5.
public struct BatchNorm {
  let weight: Tensor
  let bias: Tensor
  let runningMean: Tensor
  let runningVariance: Tensor

  /// Batch normalisation with parameters `weight`, `bias` and buffers `running_mean`, `running_var` in the scope.
  public init(_ scope: Scope, channels: Int) throws {
    weight = try scope.constantParameter("weight", [channels], 1)
    bias = try scope.constantParameter("bias", [channels], 0)
    runningMean = try scope.buffer("running_mean", [channels], 0)
    runningVariance = try scope.buffer("running_var", [channels], 1)
  }

  /// Normalises by the batch's statistics when training, by the running ones otherwise.
  public func callAsFunction(_ input: Tensor, training: Bool) throws -> Tensor {
    try withLayer(training: training) { try Tensor(owning: ct_batch_norm(input.handle, $0)) }
  }

  /// Normalises, then takes max(0, x): two passes over memory each way, and no memory for what ReLU let through.
  public func rectified(_ input: Tensor, training: Bool) throws -> Tensor {
    try withLayer(training: training) { try Tensor(owning: ct_batch_norm_relu(input.handle, $0)) }
  }

  /// Lends the layer as the C interface expects it.
  func withLayer<Result>(
    training: Bool, _ body: (UnsafePointer<ct_batch_norm_layer>) throws -> Result
  ) rethrows -> Result {
    var layer = ct_batch_norm_layer(
      weight: weight.handle, bias: bias.handle, running_mean: runningMean.handle,
      running_variance: runningVariance.handle, training: training, momentum: 0.1, epsilon: 1e-5)
    return try withExtendedLifetime(self) { try body(&layer) }
  }
}

/// A linear layer with bias; weights start uniform in ±1/√outputs, the bias at 0.
public struct Linear {
  let weight: Tensor
  let bias: Tensor

  /// A linear layer with parameters `weight` and `bias` in the given scope.
  public init(_ scope: Scope, inputs: Int, outputs: Int) throws {
    weight = try scope.uniformParameter("weight", [outputs, inputs], bound: 1 / Double(outputs).squareRoot())
    bias = try scope.constantParameter("bias", [outputs], 0)
  }

  /// [N,inputs] to [N,outputs].
  public func callAsFunction(_ input: Tensor) throws -> Tensor {
    try Tensor(owning: ct_linear(input.handle, weight.handle, bias.handle))
  }
}
