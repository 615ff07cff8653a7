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
}
