import CTorch

/// A tensor of libtorch: a reference to memory with a shape, an element type and a device.
///
/// Copying the Swift value copies the reference, not the memory; ``clone()`` copies the memory. A tensor belongs to one
/// thread at a time.
///
/// ```swift
/// let weights = try Tensor([1, 2, 3] as [Float], shape: [3])
/// try weights.setRequiresGradient(true)
/// let loss = try (weights * weights).sum()
/// try loss.backward()
/// let gradient = try weights.gradient()?.elements(Float.self)  // [2, 4, 6]
/// ```
public final class Tensor {
  let handle: OpaquePointer

  /// Takes over a handle that the C interface returned.
  ///
  /// - Throws: ``TorchError`` with torch's text if the handle is nil.
  init(owning handle: OpaquePointer?) throws {
    guard let handle else { throw TorchError.last() }
    self.handle = handle
  }

  deinit { ct_free(handle) }
}

// MARK: - Making tensors

extension Tensor {
  /// A tensor of zeros.
  public static func zeros(_ shape: [Int], _ type: DataType = .float32, on device: Device = .cpu) throws
    -> Tensor
  {
    let sizes = shape.map(Int64.init)
    return try Tensor(owning: ct_zeros(sizes, sizes.count, type.handle, device.handle))
  }

  /// A tensor in which every element is `value`.
  public static func full(
    _ shape: [Int], _ value: Double, _ type: DataType = .float32, on device: Device = .cpu
  ) throws -> Tensor {
    let sizes = shape.map(Int64.init)
    return try Tensor(owning: ct_full(sizes, sizes.count, value, type.handle, device.handle))
  }

  /// A tensor whose memory is not yet written; `channelsLast` asks for NHWC order of an [N,C,H,W] shape.
  public static func empty(
    _ shape: [Int], _ type: DataType = .float32, on device: Device = .cpu, channelsLast: Bool = false
  ) throws -> Tensor {
    let sizes = shape.map(Int64.init)
    return try Tensor(owning: ct_empty(sizes, sizes.count, type.handle, device.handle, channelsLast))
  }

  /// A dense CPU tensor with a copy of `values`, row by row.
  ///
  /// - Throws: ``TorchError`` if the count of values is not the product of `shape`.
  public convenience init<Element: TensorElement>(_ values: [Element], shape: [Int]) throws {
    let count = shape.reduce(1, *)
    guard count == values.count else {
      throw TorchError("\(values.count) values were given for the shape \(shape), which holds \(count)")
    }
    let sizes = shape.map(Int64.init)
    try self.init(
      owning: ct_empty(sizes, sizes.count, Element.dataType.handle, Device.cpu.handle, false))
    try withUnsafeMutableElements(of: Element.self) { elements in
      values.withUnsafeBufferPointer { source in
        if let base = source.baseAddress { elements.baseAddress?.update(from: base, count: count) }
      }
    }
  }
}

// MARK: - What a tensor is

extension Tensor {
  /// The sizes of the dimensions, outermost first.
  public var shape: [Int] {
    var sizes = [Int64](repeating: 0, count: Int(ct_rank(handle)))
    ct_sizes(handle, &sizes)
    return sizes.map(Int.init)
  }

  /// Elements between neighbours along each dimension.
  public var strides: [Int] {
    var strides = [Int64](repeating: 0, count: Int(ct_rank(handle)))
    ct_strides(handle, &strides)
    return strides.map(Int.init)
  }

  /// The number of elements.
  public var count: Int { Int(ct_count(handle)) }

  /// The element type; nil for one that this module has no name for.
  public var dataType: DataType? { DataType(ct_dtype_of(handle)) }

  /// Where the memory is.
  public var device: Device { Device(ct_device_of(handle)) }
}

// MARK: - Memory

extension Tensor {
  /// Lends the elements of a CPU tensor that fills its memory without gaps, in memory order.
  ///
  /// - Throws: ``TorchError`` if the tensor is on another device, has another element type, or has gaps.
  public func withUnsafeMutableElements<Element: TensorElement, Result>(
    of type: Element.Type, _ body: (UnsafeMutableBufferPointer<Element>) throws -> Result
  ) throws -> Result {
    guard device == .cpu, dataType == Element.dataType else {
      throw TorchError(
        "the elements of a \(dataType.map(String.init(describing:)) ?? "foreign") tensor on \(device)"
          + " cannot be lent as \(Element.dataType) of the CPU")
    }
    let base = try denseMemory()?.assumingMemoryBound(to: Element.self)
    return try withExtendedLifetime(self) {
      try body(UnsafeMutableBufferPointer(start: base, count: count))
    }
  }

  /// The elements, row by row, copied from wherever the tensor is.
  ///
  /// - Throws: ``TorchError`` if the tensor has another element type.
  public func elements<Element: TensorElement>(_ type: Element.Type) throws -> [Element] {
    try moved(to: .cpu).contiguous().withUnsafeMutableElements(of: Element.self) { Array($0) }
  }

  /// The value of a tensor of one element; waits for the device.
  public func item() throws -> Double {
    var value = 0.0
    try check(ct_item(handle, &value))
    return value
  }

  /// The bytes, row by row, copied from wherever the tensor is.
  public func bytes() throws -> [UInt8] {
    guard let dataType else { throw TorchError("a tensor of a foreign element type has no bytes to give") }
    let dense = try moved(to: .cpu).contiguous()
    let base = try dense.denseMemory()
    return withExtendedLifetime(dense) {
      [UInt8](UnsafeRawBufferPointer(start: base, count: dense.count * dataType.byteCount))
    }
  }

  /// A dense CPU tensor from the bytes that ``bytes()`` gives.
  ///
  /// - Throws: ``TorchError`` if the count of bytes does not fit shape and type.
  public static func fromBytes(_ bytes: UnsafeRawBufferPointer, shape: [Int], _ type: DataType) throws
    -> Tensor
  {
    let tensor = try Tensor.empty(shape, type)
    let expected = tensor.count * type.byteCount
    guard bytes.count == expected else {
      throw TorchError(
        "\(bytes.count) bytes were given for a \(type) tensor of shape \(shape), which has \(expected)")
    }
    let memory = try tensor.denseMemory()
    withExtendedLifetime(tensor) {
      if let base = bytes.baseAddress, expected > 0 { memory?.copyMemory(from: base, byteCount: expected) }
    }
    return tensor
  }

  /// The first element of memory that the elements fill; nil for no elements.
  private func denseMemory() throws -> UnsafeMutableRawPointer? {
    guard ct_is_dense(handle) else {
      throw TorchError("a tensor of shape \(shape) and strides \(strides) has gaps or shares elements")
    }
    guard count > 0 else { return nil }
    guard let base = ct_data(handle) else { throw TorchError.last() }
    return base
  }
}
