import Datasets
import Files
import Foundation
import Policies
import RunStore
import Text
import Threads
import Training

/// Several trainings under one recipe that differ in policy and seed, some at once.
public struct Comparison: Sendable {
  /// One training of the comparison.
  public struct Member: Sendable {
    /// The folder of its run.
    public let path: String
    /// Its settings, except for the digest of the images.
    public let configuration: TrainingConfiguration
    /// What its settings call the policy, found.
    public let policy: PolicyChoice

    /// A training that is yet to be begun or continued.
    public init(path: String, configuration: TrainingConfiguration, policy: PolicyChoice) {
      self.path = path
      self.configuration = configuration
      self.policy = policy
    }
  }

  /// How a training ended.
  public enum Outcome: Hashable, Sendable {
    /// It was trained to its end.
    case trained(TrainingResult)
    /// Its loss stopped being a number; the others do not depend on it.
    case diverged(reason: String)
  }

  private let data: DatasetSplits
  private let imageDigest: String?
  private let concurrency: Int
  private let version: String
  private let stop: StopFlag
  private let onEvent: @Sendable (Member, TrainingEvent) -> Void
  private let onEnd: @Sendable (Member, Outcome) -> Void
  private let onThreadsRefused: @Sendable (_ started: Int, _ wanted: Int) -> Void

  /// A comparison on loaded data.
  ///
  /// - Parameters:
  ///   - data: the images that all trainings use.
  ///   - imageDigest: the digest of the data, recorded with every run.
  ///   - concurrency: how many trainings run at once; the results do not depend on it.
  ///   - version: the program's, recorded with every run.
  ///   - stop: ends the trainings, to be resumed.
  ///   - onEvent: called with each event of the trainings; called from several threads.
  ///   - onEnd: called at every training's end; called from several threads.
  ///   - onThreadsRefused: called where the system starts fewer threads, and so trainings, than were asked for.
  public init(
    data: DatasetSplits, imageDigest: String?, concurrency: Int, version: String, stop: StopFlag = StopFlag(),
    onEvent: @escaping @Sendable (Member, TrainingEvent) -> Void = { _, _ in },
    onEnd: @escaping @Sendable (Member, Outcome) -> Void = { _, _ in },
    onThreadsRefused: @escaping @Sendable (_ started: Int, _ wanted: Int) -> Void = { _, _ in }
  ) {
    self.data = data
    self.imageDigest = imageDigest
    self.concurrency = concurrency
    self.version = version
    self.stop = stop
    self.onEvent = onEvent
    self.onEnd = onEnd
    self.onThreadsRefused = onThreadsRefused
  }

  /// Runs every member, or continues it, and returns how they ended in the members' order.
  ///
  /// - Throws: `ComparisonFailure` for the first failure that is no divergence, after the trainings then running have
  ///   ended; those that are done stay done. `WorkStopped` if it was asked to stop and nothing failed.
  public func callAsFunction(_ members: [Member]) throws -> [Outcome] {
    let workers: WorkerThreads<(offset: Int, element: Member), (Int, Result<Outcome, any Error>)>
    do {
      workers = try WorkerThreads(Array(members.enumerated()), slots: max(concurrency, 1)) { job, slot in
        (job.offset, Result { try train(job.element, slot: slot) })
      }
    } catch let error as ThreadError {
      throw ComparisonThreadError(cause: error)
    }
    if workers.refusal != nil { onThreadsRefused(workers.count, min(concurrency, members.count)) }
    var outcomes: [Int: Outcome] = [:]
    var failure: ComparisonFailure?
    var isInterrupted = false
    while let batch = workers.nextBatch() {
      for (index, result) in batch {
        switch result {
        case .success(let value): outcomes[index] = value
        case .failure(let error):
          if error is WorkStopped {
            isInterrupted = true
          } else {
            failure = failure ?? ComparisonFailure(path: members[index].path, cause: error)
          }
          workers.cancel()
        }
      }
    }
    if let failure { throw failure }
    if isInterrupted { throw WorkStopped() }
    return members.indices.compactMap { outcomes[$0] }
  }

  private func train(_ member: Member, slot: Int) throws -> Outcome {
    if stop.isRequested { throw WorkStopped() }
    try ComparisonFolder.requireOwn(member.path)
    let exists = try isThere(member.path)
    var configuration = member.configuration
    configuration.imageDigest = imageDigest
    let run = try RunDirectory.open(
      member.path, configuration: configuration, version: version, resume: exists)
    let training = TrainingRun(
      run: run, configuration: configuration, policy: member.policy, data: data, slot: slot
    ) { event in
      if stop.isRequested { throw WorkStopped() }
      onEvent(member, event)
    }
    let outcome: Outcome
    do {
      outcome = .trained(try training())
    } catch let error as TrainingError where error.isDivergence {
      outcome = .diverged(reason: error.description)
    }
    onEnd(member, outcome)
    return outcome
  }
}

/// Why one training of a comparison ended it.
public struct ComparisonFailure: ExplainedError, Hashable {
  /// The folder of its run.
  public let path: String
  /// Why, with the path of the run and what to do.
  public let text: ErrorText

  init(path: String, cause: any Error) {
    self.path = path
    // What is wrong with one training's run need not cost the whole comparison.
    text =
      cause is RunStoreError
      ? "\(ErrorText(cause)); or delete \(path), and it is trained again"
      : "\(path): \(ErrorText(cause))"
  }
}

/// The system refused every thread to train on.
public struct ComparisonThreadError: ExplainedError {
  /// Why not.
  public let cause: ThreadError

  /// Why, and how to continue.
  public var text: ErrorText {
    "\(cause); what was finished is kept: continue with \(setting: "resume")"
  }
}
