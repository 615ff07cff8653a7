import CTorch

/// A sequence of work on a CUDA device: what is handed to it is done in order, while the caller continues.
///
/// Streams do not wait for each other, and while it lives, none is another's: what one thread handed to it while another
/// records would become part of the recording.
public final class DeviceStream {
  /// The device that works on it.
  public let device: Device
  private let handle: OpaquePointer

  /// How many streams of each device there are.
  public static let countPerDevice = 32
  private static let register = StreamRegister(countPerDevice: countPerDevice)

  /// A stream of a CUDA device that nothing else uses.
  ///
  /// - Throws: ``TorchError`` for the CPU, without libtorch's CUDA part, without a device, and where all its streams are
  ///   in use.
  public init(on device: Device) throws {
    let drawn = try Self.register.lend(
      of: device,
      draw: { () throws -> OpaquePointer in
        guard let handle = ct_stream_new(device.handle) else { throw TorchError.last() }
        return handle
      }, id: { ct_stream_id($0) }, giveBack: { ct_stream_free($0) })
    guard let drawn else {
      throw TorchError(
        "all \(Self.countPerDevice) streams of \(device) are in use; train fewer networks at once"
      )
    }
    self.device = device
    handle = drawn
  }

  deinit {
    Self.register.giveBack(ct_stream_id(handle), of: device)
    ct_stream_free(handle)
  }

  /// Runs `body`; what its thread asks of the device in it goes to this stream.
  ///
  /// Memory that tensors get in it is used again for this stream alone.
  public func use<Result>(_ body: () throws -> Result) throws -> Result {
    guard let scope = ct_stream_enter(handle) else { throw TorchError.last() }
    defer { ct_stream_leave(scope) }
    return try body()
  }

  /// Returns when everything handed to the stream is done.
  public func synchronize() throws { try check(ct_stream_synchronize(handle)) }

  /// A mark after everything handed to the stream so far.
  public func mark() throws -> DeviceEvent { try DeviceEvent(owning: ct_event_record(handle)) }
}

/// A mark in a stream.
public final class DeviceEvent {
  private let handle: OpaquePointer

  fileprivate init(owning handle: OpaquePointer?) throws {
    guard let handle else { throw TorchError.last() }
    self.handle = handle
  }

  deinit { ct_event_free(handle) }

  /// Returns when the device has come to the mark.
  public func wait() throws { try check(ct_event_wait(handle)) }
}

extension Tensor {
  /// A CPU tensor whose memory a CUDA device reads by itself, so that copies from it need not be waited for.
  ///
  /// - Throws: ``TorchError`` without libtorch's CUDA part and without a device.
  public static func pinned(_ shape: [Int], _ type: DataType = .float32, channelsLast: Bool = false) throws
    -> Tensor
  {
    let sizes = shape.map(Int64.init)
    return try Tensor(owning: ct_empty_pinned(sizes, sizes.count, type.handle, channelsLast))
  }

  /// Writes another tensor's elements into this one without waiting for the device, where the CPU's side is pinned.
  ///
  /// The source must stay as it is until a mark that is made after this call is reached.
  public func copyWithoutWaiting(from source: Tensor) throws {
    try check(ct_copy_without_waiting(handle, source.handle))
  }
}
