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

  private let data: DatasetSplits
  private let imageDigest: String
  private let concurrency: Int
  private let version: String
  private let stop: StopFlag
  private let onImages: @Sendable (Int) -> Void

  /// A comparison on loaded data.
  ///
  /// - Parameters:
  ///   - concurrency: how many trainings run at once; the results do not depend on it.
  ///   - version: the program's, recorded with every run.
  ///   - onImages: told how many images went through a network; called from several threads.
  public init(
    data: DatasetSplits, concurrency: Int, version: String, stop: StopFlag = StopFlag(),
    onImages: @escaping @Sendable (Int) -> Void = { _ in }
  ) {
    self.data = data
    imageDigest = data.digest()
    self.concurrency = concurrency
    self.version = version
    self.stop = stop
    self.onImages = onImages
  }

  /// Runs every member, or continues it, and returns their results in the members' order.
  ///
  /// - Throws: the first failure, after the trainings then running have ended; those that are done stay done.
  public func callAsFunction(_ members: [Member]) throws -> [TrainingResult] {
    let workers = WorkerThreads(Array(members.enumerated()), count: max(concurrency, 1)) { index, member in
      (index, Result { try train(member) })
    }
    var results: [Int: TrainingResult] = [:]
    var failure: (any Error)?
    while let batch = workers.nextBatch() {
      for (index, result) in batch {
        switch result {
        case .success(let value): results[index] = value
        case .failure(let error):
          failure = failure ?? error
          workers.cancel()
        }
      }
    }
    if let failure { throw failure }
    return members.indices.compactMap { results[$0] }
  }

  private func train(_ member: Member) throws -> TrainingResult {
    let exists = FileManager.default.fileExists(atPath: member.path)
    var configuration = member.configuration
    configuration.imageDigest = imageDigest
    let run = try RunDirectory.open(
      member.path, configuration: configuration, version: version, resume: exists)
    let training = TrainingRun(
      run: run, configuration: configuration, policy: member.policy, data: data
    ) { event in
      if stop.isRequested { throw SearchInterrupted() }
      if case .images(let count) = event { onImages(count) }
    }
    return try training()
  }
}
