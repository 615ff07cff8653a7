import Synchronization

/// A request to stop, made on one thread and seen on all.
public final class StopFlag: Sendable {
  private let requested = Atomic(false)

  /// Makes a flag that is not set.
  public init() {}

  /// Asks to stop.
  public func request() { requested.store(true, ordering: .sequentiallyConsistent) }

  /// Whether a stop was requested.
  public var isRequested: Bool { requested.load(ordering: .sequentiallyConsistent) }
}

/// What ends long work that was asked to stop.
public struct WorkStopped: Error, CustomStringConvertible {
  /// Makes the error.
  public init() {}

  /// What is kept, and how to continue.
  public var description: String { "stopped; what was finished is kept: start it again to continue" }
}
