import CTorch

/// Work of a stream that was recorded once and is handed over as a whole from then on: a CUDA graph.
///
/// A recording reads and writes the very memory that it was recorded with; numbers of the host are in it as they were
/// then. It needs the library CTorchCUDA, which is loaded when it is first asked for.
public final class Recording {
  private let handle: OpaquePointer

  /// Why nothing can be recorded here, in words that say what to do; nil where recording works.
  public static var obstacle: String? { ct_can_record() ? nil : TorchError.last().description }

  /// Records what `body` hands to the stream that this thread uses, without doing it.
  ///
  /// `body` is called once. It must not wait for the device or read a number of it. Before, the same work must have been
  /// done plainly a few times on this stream: libraries choose their kernels and take their memory then.
  /// - Throws: what `body` throws, or ``TorchError``.
  public init(_ body: () throws -> Void) throws {
    handle = try withoutActuallyEscaping(body) { body in
      let call = Call(body)
      let recording = withExtendedLifetime(call) {
        ct_record(
          { context in
            guard let context else { return false }
            return Unmanaged<Call>.fromOpaque(context).takeUnretainedValue().run()
          }, Unmanaged.passUnretained(call).toOpaque())
      }
      if let recording { return recording }
      throw call.failure ?? TorchError.last()
    }
  }

  deinit { ct_recording_free(handle) }

  /// Hands the work to the stream that this thread uses.
  public func replay() throws { try check(ct_replay(handle)) }

  /// A closure on its way through C.
  private final class Call {
    private let body: () throws -> Void
    private(set) var failure: (any Error)?

    init(_ body: @escaping () throws -> Void) { self.body = body }

    func run() -> Bool {
      do {
        try body()
        return true
      } catch {
        failure = error
        return false
      }
    }
  }
}
