import Files
import Foundation
import Policies
import PopulationBasedTraining
import RunStore

/// What a search reports while it runs.
///
/// Each event is sent after what it tells is durable.
public enum SearchEvent: Sendable {
  /// Some trials of a generation are about to train; of how many generations, and which epochs.
  case planned(generation: Int, of: Int, epochs: Range<Int>, trials: Int)
  /// A worker takes up a segment. Sent from the worker's thread.
  case segmentStarted(SegmentPlace, epochs: Range<Int>)
  /// A segment is finished.
  case segmentFinished(SegmentPlace, SegmentMetrics)
  /// A trial's loss stopped being a number; the trial is replaced at the next comparison.
  case segmentFailed(SegmentPlace, reason: String)
  /// A checkpoint that is needed is damaged or lost; its segment will be trained again.
  case checkpointLost(SegmentPlace)
  /// A lost checkpoint is there again; not identical where the machine does not reproduce its results.
  case checkpointRestored(SegmentPlace, identical: Bool)
  /// A generation is finished and its best trial's schedule is written.
  case scheduleWritten(generation: Int, trial: Int, score: Double)
  /// The population was compared and the next generation is planned.
  case compared(generation: Int, exploits: [Exploit<Policy>])
  /// A trial of an asynchronous search copied another one and continues from that one's epoch.
  case copied(Exploit<Policy>, epoch: Int)
  /// Where the trials of an asynchronous search stand: the epochs of the last and of the first, and how many ended.
  case advanced(epochs: ClosedRange<Int>, ended: Int, trials: Int)
  /// How many segments train at once, where the settings leave it open; sent before the first is trained.
  case capacity(SegmentCapacity)
  /// The system starts no more threads; so many segments train at once, and so many would without that.
  case threadsRefused(started: Int, of: Int)
  /// The search is at its end.
  case finished(SearchResult)
}

/// What a finished search found.
public struct SearchResult: Hashable, Sendable {
  /// The trial with the best score; among equals, the one with the lowest number.
  public let trial: Int
  /// What it reached: its accuracy on the validation images, 0 to 1, where the search has no other objective.
  public let score: Double
  /// The policies that led to it.
  public let schedule: Schedule
  /// The values of tuned hyperparameters that led to it; none where nothing is tuned.
  public let tuned: TunedCourse?
  /// Where the schedule is written.
  public let schedulePath: String
  /// The trial's last checkpoint.
  public let checkpointPath: String

  /// The checkpoint's name in the folder of checkpoints.
  public var checkpointName: String {
    checkpointPath.split(separator: "/").last.map(String.init) ?? checkpointPath
  }

  /// The trial's last checkpoint; nil where it is gone, as once a search has ended it is the owner's.
  public var checkpoint: String? {
    FileKind(at: checkpointPath) == .file ? checkpointPath : nil
  }
}
