import Text

/// What ends a search for a reason that its workers have met.
public enum WorkerError: ExplainedError, Hashable {
  /// A worker cannot serve; another would meet the same.
  case refused(worker: String, reason: String)
  /// The training itself raised an error.
  ///
  /// Its trainer is what people know it by, such as `my_trainer.py:Net`.
  case user(trainer: String, reason: String)
  /// Every attempt at a segment was lost; what happened to each.
  case lost(attempts: [String])
  /// Workers were lost one after another for reasons that are not theirs; how many, and the last reason.
  case unsteady(losses: Int, last: String)
  /// A worker that speaks no version of the protocol that is spoken here.
  case version(worker: String, found: String)

  /// What has happened, in one line.
  public var text: ErrorText {
    switch self {
    case .refused(let worker, let reason): "\(worker) cannot serve: \(reason)"
    case .user(let trainer, let reason): "\(trainer): \(reason)"
    case .lost(let attempts):
      "\(attempts.count == 1 ? "the attempt" : "all \(attempts.count) attempts") failed: "
        + ErrorText(
          attempts.enumerated().map { "attempt \($0.offset + 1): \($0.element)" }.joined(separator: "; "))
    case .unsteady(let losses, let last):
      "\(losses) workers were lost in a row before they could train, the last one: \(last); look at the machines"
    case .version(let worker, let found):
      "\(worker) speaks protocol \(found), expected \(WorkerProtocol.spoken); install the same version of the program"
    }
  }
}

extension WorkerProtocol {
  /// The version that is spoken with one who speaks others: the highest that both know; nil where there is none.
  package static func version(with others: ClosedRange<Int>) -> Int? {
    others.overlaps(versions) ? min(others.upperBound, versions.upperBound) : nil
  }

  /// The versions in words, as `1`, `1 to 3`.
  static var spoken: String { words(of: versions) }

  /// A range of versions in words.
  static func words(of versions: ClosedRange<Int>) -> String {
    versions.count == 1 ? "\(versions.lowerBound)" : "\(versions.lowerBound) to \(versions.upperBound)"
  }
}
