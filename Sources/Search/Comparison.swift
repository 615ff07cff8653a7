import Datasets
import Foundation
import Policies
import RunStore
import Training

/// Several trainings under one recipe that differ in policy and seed, some at once.
public struct Comparison: Sendable {
  /// One training of the comparison.
  public struct Member: Sendable {
    /// The folder of its run.
    public let path: String
    public let configuration: TrainingConfiguration
    public let policy: PolicyChoice

    public init(path: String, configuration: TrainingConfiguration, policy: PolicyChoice) {
      self.path = path
      self.configuration = configuration
      self.policy = policy
    }
  }

  /// How a training ended.
  public enum Outcome: Hashable, Sendable {
    case trained(TrainingResult)
    /// Its loss stopped being a number; the others do not depend on it.
    case diverged(reason: String)
  }

  private let data: DatasetSplits
  private let imageDigest: String
  private let concurrency: Int
  private let version: String
  private let stop: StopFlag
  private let onImages: @Sendable (Int) -> Void
  private let onEnd: @Sendable (Member, Outcome) -> Void

  /// A comparison on loaded data.
  ///
  /// - Parameters:
  ///   - concurrency: how many trainings run at once; the results do not depend on it.
  ///   - version: the program's, recorded with every run.
  ///   - onImages: told how many images went through a network; called from several threads.
  ///   - onEnd: told of every training's end; called from several threads.
  public init(
    data: DatasetSplits, concurrency: Int, version: String, stop: StopFlag = StopFlag(),
    onImages: @escaping @Sendable (Int) -> Void = { _ in },
    onEnd: @escaping @Sendable (Member, Outcome) -> Void = { _, _ in }
  ) {
    self.data = data
    imageDigest = data.digest()
    self.concurrency = concurrency
    self.version = version
    self.stop = stop
    self.onImages = onImages
    self.onEnd = onEnd
  }

  /// Runs every member, or continues it, and returns how they ended in the members' order.
  ///
  /// - Throws: the first failure that is no divergence, after the trainings then running have ended; those that are
  ///   done stay done. `SearchInterrupted` if it was asked to stop.
  public func callAsFunction(_ members: [Member]) throws -> [Outcome] {
    let workers = WorkerThreads(Array(members.enumerated()), slots: max(concurrency, 1)) { job, slot in
      (job.offset, Result { try train(job.element, slot: slot) })
    }
    var outcomes: [Int: Outcome] = [:]
    var failure: (any Error)?
    while let batch = workers.nextBatch() {
      for (index, result) in batch {
        switch result {
        case .success(let value): outcomes[index] = value
        case .failure(let error):
          failure = failure ?? error
          workers.cancel()
        }
      }
    }
    if let failure { throw failure }
    return members.indices.compactMap { outcomes[$0] }
  }

  private func train(_ member: Member, slot: Int) throws -> Outcome {
    if stop.isRequested { throw SearchInterrupted() }
    let exists = FileManager.default.fileExists(atPath: member.path)
    var configuration = member.configuration
    configuration.imageDigest = imageDigest
    let run = try RunDirectory.open(
      member.path, configuration: configuration, version: version, resume: exists)
    let training = TrainingRun(
      run: run, configuration: configuration, policy: member.policy, data: data, slot: slot
    ) { event in
      if stop.isRequested { throw SearchInterrupted() }
      if case .images(let count) = event { onImages(count) }
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
