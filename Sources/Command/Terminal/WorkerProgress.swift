import Search
import Synchronization

/// Shows on a search's display what its workers have done.
final class WorkerProgress: Sendable {
  private struct State {
    /// The display, once it is there, and what the segments are counted by.
    var display: (ProgressDisplay, SearchWork)?
    /// What was shown of the segment of each slot.
    var counted: [Int: (key: SegmentKey, units: Int)] = [:]
  }

  private let state = Mutex(State())

  /// Shows it on a display from now on; workers may be there before.
  func show(_ work: SearchWork, on display: ProgressDisplay) {
    state.withLock { $0.display = (display, work) }
  }

  /// Takes in which share of a segment is done; less than before where it is tried again.
  func take(_ segment: SegmentRequest, share: Double) {
    state.withLock { state in
      guard let (display, work) = state.display else { return }
      let before = state.counted[segment.slot].flatMap { $0.key == segment.key ? $0.units : nil } ?? 0
      let units = Int(share * Double(work.units(of: segment)))
      state.counted[segment.slot] = (segment.key, units)
      display.advance(units - before)
    }
  }
}
