import Search
import Synchronization

/// Counts the images of the segment in training, and says now and then how far it is.
final class SegmentMeter: Sendable {
  private struct State {
    var key: SegmentKey
    var epochs: Range<Int>
    var images = 0
    var reported: SuspendingClock.Instant
  }

  private let imagesPerEpoch: Int
  private let evaluatedImages: Int
  private let report: @Sendable (SegmentProgress) -> Void
  private let state = Mutex<State?>(nil)

  private let shortestTime: Duration

  /// A meter of one segment after another.
  ///
  /// - Parameters:
  ///   - imagesPerEpoch: how many it trains in an epoch.
  ///   - evaluatedImages: how many it evaluates after the last one.
  ///   - shortestTime: between two reports, in seconds.
  ///   - report: called with how far the segment is.
  init(
    imagesPerEpoch: Int, evaluatedImages: Int, shortestTime: Double,
    report: @escaping @Sendable (SegmentProgress) -> Void
  ) {
    self.shortestTime = .seconds(shortestTime)
    self.imagesPerEpoch = imagesPerEpoch
    self.evaluatedImages = evaluatedImages
    self.report = report
  }

  /// Begins a segment.
  func begin(_ request: SegmentRequest) {
    state.withLock { $0 = State(key: request.key, epochs: request.epochs, reported: .now) }
    report(SegmentProgress(key: request.key, epoch: request.epochs.lowerBound))
  }

  /// Counts images that went through the network.
  func add(_ count: Int) {
    let due = state.withLock { state -> SegmentProgress? in
      guard var current = state else { return nil }
      current.images += count
      let now = SuspendingClock.now
      let isDue = now - current.reported >= shortestTime
      if isDue { current.reported = now }
      state = current
      return isDue ? progress(current) : nil
    }
    if let due { report(due) }
  }

  private func progress(_ state: State) -> SegmentProgress {
    let last = state.epochs.upperBound - 1
    let epoch = min(state.epochs.lowerBound + state.images / max(imagesPerEpoch, 1), last)
    let done = state.images - (epoch - state.epochs.lowerBound) * imagesPerEpoch
    return SegmentProgress(
      key: state.key, epoch: epoch, done: Double(done),
      total: Double(imagesPerEpoch + (epoch == last ? evaluatedImages : 0)))
  }
}
