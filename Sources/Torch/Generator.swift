import CTorch

/// A random generator of torch, for what torch itself draws: initial weights and random layers.
public final class Generator {
  let handle: OpaquePointer

  /// A generator on `device` that starts at `seed`.
  public init(seed: UInt64, device: Device = .cpu) throws {
    guard let handle = ct_generator_new(seed, device.handle) else { throw TorchError.last() }
    self.handle = handle
  }

  deinit { ct_generator_free(handle) }

  /// The whole state as a uint8 tensor; setting it back continues the same sequence.
  public func state() throws -> Tensor { try Tensor(owning: ct_generator_state(handle)) }

  /// Continues from a state that ``state()`` gave.
  ///
  /// - Throws: ``TorchError`` if the state is not one of this kind of generator.
  public func setState(_ state: Tensor) throws {
    try check(ct_generator_set_state(handle, state.handle))
  }
}
