import Files

/// Whether a process works on a run, and whether it has ended.
public enum RunState: Hashable, Sendable {
  /// It has ended.
  case finished
  /// A process works on it; its id, where the lock file tells it.
  case running(process: Int?)
  /// It was begun and not finished, and no process works on it.
  case stopped
}

extension RunDirectory {
  /// What runs in the folder now.
  public var state: RunState {
    get throws {
      if try isFinished { return .finished }
      guard let holder = try FileLock.holder(folder: path, file: Self.lockName) else { return .stopped }
      // It may have come to its end between the two questions.
      return try isFinished ? .finished : .running(process: holder.process)
    }
  }
}
