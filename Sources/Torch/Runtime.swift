import CTorch

/// The settings of libtorch.
///
/// libtorch is not linked: the first call that needs it loads it, or ``load()`` does. A setting holds for the whole process
/// where its description does not say that it holds for the calling thread.
public enum Runtime {
  /// Loads libtorch, which the first tensor does otherwise: from the folder that the variable LIBTORCH names, or from the
  /// library search path.
  ///
  /// Does nothing where it is loaded already. Takes about a fifth of a second.
  ///
  /// - Throws: ``TorchError`` where there is no libtorch, or another version than this was built for; every later call
  ///   fails for the same reason.
  public static func load() throws {
    if !ct_load() { throw TorchError(String(cString: ct_error())) }
  }

  /// Has `prepare` called when libtorch has just been loaded, to choose settings that hold from its first operation on.
  ///
  /// Call it once, at the start of a program. Where `prepare` returns false, loading fails with the reason of the last
  /// call that failed in it.
  public static func whenLoaded(_ prepare: @convention(c) () -> Bool) { ct_when_loaded(prepare) }

  /// The version of the libtorch that is loaded, or now becomes it; nil where there is none, or it does not say.
  public static var version: String? {
    let text = String(cString: ct_loaded_version())
    return text.isEmpty ? nil : text
  }

  /// The version of libtorch that this program was compiled for.
  public static var builtVersion: String { String(cString: ct_built_version()) }

  /// Lets this program end as soon as it is done, without the tenth of a second in which libtorch takes its tables of
  /// operations apart.
  ///
  /// Call it once, when libtorch has been loaded: what was registered with `atexit` before is not called, so a leak checker
  /// or a measurement of coverage would not report. Libraries that are loaded later still clean up. Only with glibc.
  public static func skipCleanup() { ct_skip_cleanup() }

  /// Threads that one operation called from this thread may use.
  public static var threads: Int { Int(ct_threads()) }

  /// Sets how many threads one operation called from this thread may use.
  public static func setThreads(_ count: Int) throws { try check(ct_set_threads(Int32(clamping: count))) }

  /// The names that ``setKernels(_:)`` takes; a processor has some of them.
  public static let kernelNames = ["best", "avx512", "avx2", "neon", "plain"]

  /// The inner loops that this thread's operations on the CPU use: "avx512", "avx2", "neon", or "plain" for libtorch's
  /// own operations; empty where there is no libtorch.
  public static var kernels: String { String(cString: ct_kernels()) }

  /// The environment variable that names the inner loops of threads that have taken none for themselves.
  public static var kernelsVariable: String { "PBA_KERNELS" }

  /// Takes other inner loops for this thread, by one of the names of ``kernels`` or "best".
  ///
  /// All but "plain" give the same bits.
  ///
  /// - Throws: ``TorchError`` if this processor has not got them.
  public static func setKernels(_ name: String) throws { try check(ct_set_kernels(name)) }

  /// Restricts convolutions on CUDA devices to kernels that give the same bits every time, or lifts that.
  public static func setDeterministicConvolutions(_ enabled: Bool) throws {
    try check(ct_set_deterministic_cudnn(enabled))
  }

  /// Gives memory that freed tensors on the CPU have left for later ones back to the system.
  public static func releaseMemory() { ct_release_memory() }

  /// Makes an error of a large tensor on the CPU that would take the process beyond so many bytes; nil = whatever the
  /// system gives.
  public static func limitMemory(_ bytes: Int?) { ct_limit_memory(UInt64(max(bytes ?? 0, 0))) }

  /// The number of usable CUDA devices: 0 without libtorch's CUDA part, a driver or a device.
  public static func cudaDeviceCount() -> Int { ct_load_cuda() ? Int(ct_cuda_count()) : 0 }

  /// The most bytes of a device's own memory that were reserved at once since the program began, or since
  /// ``forgetPeakMemory(of:)``; nil for the CPU.
  public static func peakMemory(of device: Device) throws -> Int? {
    if device == .cpu { return nil }
    let bytes = ct_peak_device_memory(device.handle)
    if bytes < 0 { throw TorchError.last() }
    return Int(bytes)
  }

  /// The bytes of a device's own memory that are free; nil for the CPU.
  public static func freeMemory(of device: Device) throws -> Int? {
    if device == .cpu { return nil }
    let bytes = ct_free_device_memory(device.handle)
    if bytes < 0 { throw TorchError.last() }
    return Int(bytes)
  }

  /// Gives memory of a CUDA device that is reserved but not in use back to it, and starts its peak again from then on.
  public static func forgetPeakMemory(of device: Device) throws {
    try check(ct_forget_peak_device_memory(device.handle))
  }
}

/// Runs `body` and counts the multiplications, each with its addition, of the convolutions and linear layers in it.
///
/// Only those that this thread calls, as they are really made; the backward pass and all other operations are not counted.
public func countingMultiplyAdds<Result>(_ body: () throws -> Result) rethrows -> (Result, count: Int) {
  let before = ct_multiply_adds()
  let result = try body()
  return (result, Int(ct_multiply_adds() - before))
}

/// Runs `body` without recording for autograd.
public func withoutGradients<Result>(_ body: () throws -> Result) rethrows -> Result {
  let before = ct_set_grad_enabled(false)
  defer { _ = ct_set_grad_enabled(before) }
  return try body()
}

/// The number format in which a network computes; parameters are always kept in float32.
public enum Precision: String, Hashable, Sendable, CaseIterable, Codable {
  case fp32, bf16
}

/// Runs `body` with convolutions and products in the given precision on the given device.
public func withPrecision<Result>(
  _ precision: Precision, on device: Device, _ body: () throws -> Result
) throws -> Result {
  guard precision == .bf16 else { return try body() }
  try check(ct_set_autocast(device.handle, true, CT_BFLOAT16))
  // Turning autocast off cannot fail where turning it on did not.
  defer { _ = ct_set_autocast(device.handle, false, CT_BFLOAT16) }
  return try body()
}
