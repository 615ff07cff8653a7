import Threads

/// Trains segments: the effect behind the search.
///
/// A segment is a pure function of its request, of the data and of the settings: the same request gives the same
/// checkpoint, byte for byte, whatever ran before or runs beside it. Resuming a search relies on that.
public protocol SegmentExecutor: Sendable {
  /// Trains one segment and writes its checkpoint to `segment.checkpoint`.
  ///
  /// Called from several threads at once, each with a large stack; it blocks until the segment is finished.
  ///
  /// - Parameters:
  ///   - segment: what to train.
  ///   - stop: whether the search has been asked to stop. A long-running executor looks at it now and then, and throws
  ///     `WorkStopped` when it is set.
  /// - Returns: what was reached, or that the loss is no longer a number.
  /// - Throws: any other failure; it ends the search, which can be resumed. What depends on the machine, such as a lost
  ///   process, is tried again in the executor, under the next attempt of the segment's key.
  func run(_ segment: SegmentRequest, stop: StopFlag) throws -> SegmentOutcome

  /// How many segments of a population the machine can train at once; asked where the settings leave it open.
  func segmentsAtOnce(population: Int) throws -> SegmentCapacity
}

extension SegmentExecutor {
  /// How many segments of a population train at once under a setting.
  public func segmentsAtOnce(_ concurrency: Concurrency, population: Int) throws -> SegmentCapacity {
    switch concurrency {
    case .trials(let count): SegmentCapacity(setting: count)
    case .automatic: try segmentsAtOnce(population: population)
    }
  }

  /// One segment for each core of the processor.
  public func segmentsAtOnce(population: Int) throws -> SegmentCapacity {
    SegmentCapacity(population: population, cores: CoreCount.usable)
  }
}
