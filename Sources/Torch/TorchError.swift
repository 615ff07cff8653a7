import CTorch

/// A failure inside libtorch, or a misuse noticed before it: torch's own text where there is one.
public struct TorchError: Error, CustomStringConvertible, Equatable {
  /// What went wrong, in torch's words or ours.
  public let description: String

  /// An error with the given text.
  public init(_ description: String) {
    self.description = description
  }

  /// This thread's last failure behind the C interface.
  static func last() -> TorchError {
    TorchError("libtorch: " + String(cString: ct_error()))
  }
}

/// Turns the C interface's `false` into a thrown error.
func check(_ succeeded: Bool) throws {
  if !succeeded { throw TorchError.last() }
}
