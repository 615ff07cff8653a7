import CTorch

// Every operation returns a new tensor and records itself for autograd, unless it says "in place".

extension Tensor {
  /// The same numbers in row order, or in NHWC order of an [N,C,H,W] shape.
  public func contiguous(channelsLast: Bool = false) throws -> Tensor {
    try Tensor(owning: ct_contiguous(handle, channelsLast))
  }

  /// The same numbers on another device.
  public func moved(to device: Device) throws -> Tensor {
    try Tensor(owning: ct_to(handle, ct_dtype_of(handle), device.handle))
  }

  /// The same numbers as another element type.
  public func converted(to type: DataType) throws -> Tensor {
    try Tensor(owning: ct_to(handle, type.handle, ct_device_of(handle)))
  }

  /// A copy of the memory.
  public func clone() throws -> Tensor {
    try Tensor(owning: ct_clone(handle))
  }

  /// The same memory under another shape where that is possible, a copy otherwise.
  public func reshaped(_ shape: [Int]) throws -> Tensor {
    let sizes = shape.map(Int64.init)
    return try Tensor(owning: ct_reshape(handle, sizes, sizes.count))
  }

  /// A view of the same memory with the given shape and strides, `offset` elements from its start.
  public func strided(_ shape: [Int], strides: [Int], offset: Int) throws -> Tensor {
    let sizes = shape.map(Int64.init)
    return try Tensor(
      owning: ct_as_strided(handle, sizes, strides.map(Int64.init), sizes.count, Int64(offset)))
  }

  /// A view of `length` places from `start` on along one dimension.
  public func narrowed(_ dimension: Int, start: Int, length: Int) throws -> Tensor {
    try Tensor(owning: ct_narrow(handle, Int64(dimension), Int64(start), Int64(length)))
  }

  /// The rows of this table [R,…] that `rows`, int64 [N], names: [N,…].
  public func rows(_ rows: Tensor) throws -> Tensor { try Tensor(owning: ct_rows(handle, rows.handle)) }

  /// A view with the dimensions in another order.
  public func permuted(_ order: [Int]) throws -> Tensor {
    let order = order.map(Int64.init)
    return try Tensor(owning: ct_permute(handle, order, order.count))
  }
}

// MARK: - Arithmetic

extension Tensor {
  /// Element-wise sum.
  public static func + (a: Tensor, b: Tensor) throws -> Tensor {
    try Tensor(owning: ct_add(a.handle, b.handle))
  }

  /// Element-wise difference.
  public static func - (a: Tensor, b: Tensor) throws -> Tensor {
    try Tensor(owning: ct_subtract(a.handle, b.handle))
  }

  /// Element-wise product.
  public static func * (a: Tensor, b: Tensor) throws -> Tensor {
    try Tensor(owning: ct_multiply(a.handle, b.handle))
  }

  /// The sum of all elements.
  public func sum() throws -> Tensor { try Tensor(owning: ct_sum(handle)) }

  /// The square root of the sum of all squares.
  public func norm() throws -> Tensor { try Tensor(owning: ct_norm(handle)) }

  /// Each element, but at least `minimum`.
  public func clamped(minimum: Double) throws -> Tensor {
    try Tensor(owning: ct_clamp_minimum(handle, minimum))
  }

  /// One over each element.
  public func reciprocal() throws -> Tensor { try Tensor(owning: ct_reciprocal(handle)) }
}

// MARK: - In place

extension Tensor {
  /// Takes over the numbers of `source`, converting type and device; in place.
  public func copy(from source: Tensor) throws { try check(ct_copy(handle, source.handle)) }

  /// Adds `scale · other`; in place, recorded for autograd.
  public func add(_ other: Tensor, scaledBy scale: Double = 1) throws {
    try check(ct_add_scaled(handle, other.handle, scale))
  }

  /// Multiplies by a number; in place.
  public func multiply(by scale: Double) throws { try check(ct_scale(handle, scale)) }

  /// Multiplies element by element; in place.
  public func multiply(by other: Tensor) throws { try check(ct_multiply_in_place(handle, other.handle)) }

  /// Sets every element to `value`; in place.
  public func fill(_ value: Double) throws { try check(ct_fill(handle, value)) }

  /// Draws every element from a normal distribution; in place.
  public func fillNormal(mean: Double = 0, deviation: Double, _ generator: Generator) throws {
    try check(ct_fill_normal(handle, mean, deviation, generator.handle))
  }

  /// Draws every element uniformly from `range`; in place.
  public func fillUniform(_ range: ClosedRange<Double>, _ generator: Generator) throws {
    try check(ct_fill_uniform(handle, range.lowerBound, range.upperBound, generator.handle))
  }
}

// MARK: - Networks

extension Tensor {
  /// Convolution of [N,C,H,W] with a kernel [O,C,K,K], without bias.
  ///
  /// - Parameters:
  ///   - kernel: [O,C,K,K].
  ///   - base: a tensor of the result's shape that is added to it.
  ///   - stride: the step of the kernel in pixels, the same in both directions.
  ///   - padding: the zeros around the image, in pixels, the same on all sides.
  /// - Returns: [N,O,⌊(H + 2·padding − K) / stride⌋ + 1, …], the width likewise.
  /// - Throws: ``TorchError`` for shapes, types or devices that do not fit together.
  public func convolved(
    _ kernel: Tensor, adding base: Tensor? = nil, stride: Int, padding: Int
  ) throws -> Tensor {
    try withExtendedLifetime(base) {
      try Tensor(owning: ct_conv2d(handle, nil, kernel.handle, base?.handle, Int64(stride), Int64(padding)))
    }
  }

  /// Convolution of max(0, `norm` of this tensor).
  func convolved(
    _ kernel: Tensor, rectifiedBy norm: BatchNorm, training: Bool, adding base: Tensor?, stride: Int,
    padding: Int
  ) throws -> Tensor {
    try withExtendedLifetime(base) {
      try norm.withLayer(training: training) {
        try Tensor(owning: ct_conv2d(handle, $0, kernel.handle, base?.handle, Int64(stride), Int64(padding)))
      }
    }
  }

  /// Zeros before and after each of the last dimensions: pairs, last dimension first.
  public func padded(_ amounts: [(before: Int, after: Int)]) throws -> Tensor {
    let flat = amounts.flatMap { [Int64($0.before), Int64($0.after)] }
    return try Tensor(owning: ct_pad(handle, flat, flat.count))
  }

  /// max(0, x), element by element.
  public func relu() throws -> Tensor { try Tensor(owning: ct_relu(handle)) }

  /// max(0, x), element by element; in place, recorded for autograd.
  public func applyRelu() throws { try check(ct_relu_in_place(handle)) }

  /// Means of `kernel × kernel` tiles.
  ///
  /// - Parameters:
  ///   - kernel: the side of a tile in pixels.
  ///   - partialTiles: whether tiles that the lower and right edges cut count too, as the mean of what is
  ///     there.
  /// - Returns: [N,C,⌊H/kernel⌋,⌊W/kernel⌋], rounded up with partial tiles.
  /// - Throws: ``TorchError`` unless the tensor has the shape [N,C,H,W] with at least one tile.
  public func averagePooled(_ kernel: Int, partialTiles: Bool = false) throws -> Tensor {
    try Tensor(owning: ct_average_pool(handle, Int64(kernel), partialTiles))
  }

  /// The tensors one after the other along a dimension.
  public static func concatenated(_ tensors: [Tensor], dimension: Int) throws -> Tensor {
    let handles: [OpaquePointer?] = tensors.map(\.handle)
    return try withExtendedLifetime(tensors) {
      try Tensor(owning: ct_concatenate(handles, handles.count, Int64(dimension)))
    }
  }

  /// The mean over height and width: [N,C,H,W] to [N,C].
  public func globalAverage() throws -> Tensor { try Tensor(owning: ct_global_average(handle)) }

  /// The mean softmax cross-entropy of these logits [N,K] with int64 labels [N].
  public func crossEntropy(_ labels: Tensor) throws -> Tensor {
    try Tensor(owning: ct_cross_entropy(handle, labels.handle))
  }

  /// The softmax cross-entropy with weights of the classes and smoothed labels, as PyTorch's `F.cross_entropy` defines
  /// it; in float32, or of float64 in that.
  ///
  /// With p the softmax, w the weights, y the labels, ε the smoothing and K classes:
  /// (1 − ε) · Σₙ w(yₙ) · (−log pₙ(yₙ)) / Σₙ w(yₙ) + ε / K · Σₙ Σ_c w(c) · (−log pₙ(c)) / Σₙ w(yₙ).
  /// Smoothed labels: Szegedy et al., "Rethinking the Inception Architecture for Computer Vision", CVPR 2016, section 7.
  ///
  /// - Parameters:
  ///   - labels: [N], int64.
  ///   - weights: [K], float32; nil for 1 everywhere.
  ///   - smoothing: ε, from 0 to below 1.
  /// - Returns: the loss: one number without dimensions.
  /// - Throws: ``TorchError`` for shapes, types or devices that do not fit together.
  public func crossEntropy(_ labels: Tensor, weights: Tensor?, smoothing: Double) throws -> Tensor {
    try Tensor(owning: ct_smoothed_cross_entropy(handle, labels.handle, weights?.handle, smoothing))
  }

  /// How many of these logits [N,K] have their maximum at the label: one int64.
  public func countCorrect(_ labels: Tensor) throws -> Tensor {
    try Tensor(owning: ct_count_correct(handle, labels.handle))
  }
}

// MARK: - Autograd

extension Tensor {
  /// Multiplies by `forward` and adds `base`; in place, and in the backward pass multiplies the gradient by `backward`.
  ///
  /// This is no true derivative unless both factors are equal: random layers learn with other numbers than they judge
  /// with. The gradient of `base` is the result's own.
  ///
  /// - Parameters:
  ///   - forward: [N], one factor for each place of the first dimension.
  ///   - backward: [N], one factor for each place of the first dimension.
  ///   - base: a tensor of this tensor's shape.
  /// - Throws: ``TorchError`` for shapes, types or devices that do not fit together.
  public func scale(by forward: Tensor, backward: Tensor, adding base: Tensor) throws {
    try check(ct_scale_and_add(handle, base.handle, forward.handle, backward.handle))
  }

  /// Whether the backward pass leaves a gradient here.
  public func setRequiresGradient(_ required: Bool) throws {
    try check(ct_set_requires_grad(handle, required))
  }

  /// Adds d(self)/d(leaf) to the gradient of every leaf this one number was computed from.
  public func backward() throws { try check(ct_backward(handle)) }

  /// The gradient that backward left, or nil.
  public func gradient() throws -> Tensor? {
    if let gradient = ct_gradient(handle) { return try Tensor(owning: gradient) }
    if ct_error().pointee != 0 { throw TorchError.last() }
    return nil
  }

  /// Makes `gradient` the memory that backward adds to.
  public func setGradient(_ gradient: Tensor) throws { try check(ct_set_gradient(handle, gradient.handle)) }

  /// Shows the memory of `data` from now on, as the same variable.
  func setData(_ data: Tensor) throws { try check(ct_set_data(handle, data.handle)) }

  /// The same memory, outside the autograd graph.
  public func detached() throws -> Tensor { try Tensor(owning: ct_detach(handle)) }
}
