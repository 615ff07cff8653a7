import Augmentation
import RunStore
import Text
import Threads

/// What ends a search before its end, in one line.
public enum SearchError: ExplainedError, Hashable {
  /// No trial is left to continue from; the reason is that of the first.
  case everyTrialFailed(generation: Int, trials: Int, reason: String)
  /// A segment could not be trained for a reason that has nothing to do with its loss.
  case segment(SegmentPlace, reason: ErrorText)
  /// The search was asked to stop; how much of the generation is done.
  case stopped(generation: Int, finished: Int, of: Int)
  /// An asynchronous search was asked to stop; how many results it has, and how many trials are at their end.
  case stoppedBetween(results: Int, ended: Int, trials: Int)
  /// A lost checkpoint was to be made again, and its training failed this time.
  case notReproduced(SegmentPlace, reason: String)
  /// The journal names a parent that it does not hold.
  case brokenJournal(path: String, SegmentPlace)
  /// A result came of a segment that was never planned.
  case unknownSegment(SegmentPlace)
  /// The system refused every thread to train on.
  case noThread(ThreadError)

  /// How far a search came that was asked to stop; nil for what ended it otherwise.
  public var placeOfStop: String? {
    switch self {
    case .stopped(let generation, let finished, let all):
      "in generation \(generation + 1), \(finished) of \(counted(all, "trial")) finished"
    case .stoppedBetween(let results, let ended, let trials):
      "after \(counted(results, "result")), \(ended) of \(counted(trials, "trial")) at the last epoch"
    default: nil
    }
  }

  /// The reason in one line, with the trials that are concerned.
  public var text: ErrorText {
    switch self {
    case .everyTrialFailed(let generation, let trials, let reason):
      "generation \(generation + 1): all \(counted(trials, "trial")) failed, the first with: \(reason); "
        + "start a new run with a lower learning rate (\(setting: "learningRate") of built-in networks)"
    case .segment(let place, let reason):
      "trial \(place.trial), generation \(place.generation + 1): \(reason); "
        + "what was finished is kept: once the cause is removed, continue with \(setting: "resume")"
    case .stopped, .stoppedBetween:
      "stopped \(placeOfStop ?? ""); continue with \(setting: "resume")"
    case .notReproduced(let place, let reason):
      "trial \(place.trial), generation \(place.generation + 1): its checkpoint was lost, and training it again "
        + "failed: \(reason); this machine does not reproduce the run, so start a new one"
    case .brokenJournal(let path, let place):
      "\(path): the journal names trial \(place.trial) of generation \(place.generation + 1) as a parent, "
        + "but holds no result of it; restore the journal from a copy, or start in another folder"
    case .unknownSegment(let place):
      "trial \(place.trial), generation \(place.generation + 1): found a result, but the journal has no such plan; "
        + "restore the journal from a copy, or start in another folder"
    case .noThread(let error):
      "\(error); what was finished is kept: continue with \(setting: "resume")"
    }
  }
}
