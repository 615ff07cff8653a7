import Datasets
import Files
import Foundation
import Policies
import RunStore
import Text
import Threads
import Training

/// A comparison in a run directory: each training is a run of its own in the folder `trainings`.
///
/// It can be killed at any moment and continued, since each of its trainings can.
public struct ComparisonRun: Sendable {
  private let run: RunDirectory
  private let configuration: ComparisonConfiguration
  private let data: DatasetSplits
  private let version: String
  private let stop: StopFlag
  private let onEvent: @Sendable (Event) -> Void

  /// What a comparison reports while it runs; from several threads.
  public enum Event: Sendable {
    /// So many images went through a network.
    case images(Int)
    /// An epoch of the training in a folder is done and recorded.
    case epoch(EpochRecord, of: String)
    /// Something to know that changes no result.
    case note(String)
    /// A training has ended, or had ended before.
    case ended(policy: String, seed: UInt64, Comparison.Outcome)
    /// The system starts no more threads; so many trainings run at once, and so many would without that.
    case threadsRefused(started: Int, of: Int)
  }

  /// A comparison on a run directory that was opened with the same configuration.
  public init(
    run: RunDirectory, configuration: ComparisonConfiguration, data: DatasetSplits, version: String,
    stop: StopFlag = StopFlag(), onEvent: @escaping @Sendable (Event) -> Void = { _ in }
  ) {
    self.run = run
    self.configuration = configuration
    self.data = data
    self.version = version
    self.stop = stop
    self.onEvent = onEvent
  }

  /// Runs what is left of the comparison; a finished one gives its summary again.
  ///
  /// - Parameter choices: the policies of the configuration for a seed, in their order.
  /// - Returns: the figures of all policies.
  /// - Throws: `WorkStopped` if it was asked to stop; what a training throws, except for a divergence, which is
  ///   part of the summary.
  public func callAsFunction(
    choices: (_ seed: UInt64) throws -> [PolicyChoice]
  ) throws -> ComparisonSummary {
    let split = try Self.measurable(data)
    if try run.isFinished, let summary = folder.summary() { return summary }
    // They are no links: that was asked when the run was opened.
    try AtomicFile.makeFolder(folder.trainingsPath)
    try AtomicFile.makeFolder(folder.schedulesPath)
    try AtomicFile.removeLeftovers(in: folder.schedulesPath)
    let members = try members(choices)
    let names = Dictionary(
      members.map { ($0.member.path, (policy: $0.policy, seed: $0.seed)) },
      uniquingKeysWith: { first, _ in first })
    let comparison = Comparison(
      data: data, imageDigest: configuration.imageDigest ?? data.digest(),
      concurrency: configuration.concurrency, version: version, stop: stop,
      onEvent: { member, event in
        switch event {
        case .images(let count): onEvent(.images(count))
        case .epoch(let record): onEvent(.epoch(record, of: member.path))
        case .checkpointsLost(let epochs):
          onEvent(
            .note(
              "\(member.path): none of its checkpoints is there and whole: \(counted(epochs, "epoch")) \(epochs == 1 ? "is" : "are") trained again"
            ))
        case .note(let text): onEvent(.note(text))
        case .resumed, .begunFrom: break
        }
      },
      onEnd: { member, outcome in
        guard let name = names[member.path] else { return }
        onEvent(.ended(policy: name.policy, seed: name.seed, outcome))
      },
      onThreadsRefused: { started, wanted in onEvent(.threadsRefused(started: started, of: wanted)) })
    let outcomes = try comparison(members.map(\.member))
    let summary = summary(split, zip(members, outcomes).map { ($0.policy, $0.seed, $1) })
    try write(summary)
    try run.finish()
    return summary
  }

  /// The images that still have to go through networks.
  public func remainingImages() throws -> Int {
    if try run.isFinished, folder.summary() != nil { return 0 }
    let recipe = configuration.recipe
    let perEpoch = recipe.imagesPerEpoch(of: data)
    let evaluated = data.validation.count + data.test.count
    var total = 0
    for index in configuration.policies.indices {
      for seed in configuration.seedNumbers {
        let trained = (try? folder.progress(ofPolicy: index, seed: seed))?.epochs.count ?? 0
        total += trained == recipe.epochs ? 0 : (recipe.epochs - trained) * perEpoch + evaluated
      }
    }
    return total
  }

  /// Which images accuracy is measured on; throws `SettingError` if there are none.
  public static func measurable(_ data: DatasetSplits) throws -> EvaluatedSplit {
    if data.test.count > 0 { return .test }
    guard data.validation.count > 0 else {
      throw SettingError(
        "dataset", found: "\(data.name) without test and without validation images",
        expected: "images to measure on; give \(setting: "validationSize")")
    }
    return .validation
  }
}

extension ComparisonRun {
  private typealias NamedMember = (policy: String, seed: UInt64, member: Comparison.Member)

  private var folder: ComparisonFolder { ComparisonFolder(run.path) }

  /// The trainings, policy by policy.
  private func members(_ choices: (UInt64) throws -> [PolicyChoice]) throws -> [NamedMember] {
    let seeds = configuration.seedNumbers
    let bySeed = try seeds.map(choices)
    return try zip(configuration.policies, configuration.played).enumerated().flatMap { index, policy in
      let (text, played) = policy
      return try seeds.indices.map { place in
        let choice = bySeed[place][index]
        if place == 0 { try keep(choice, index) }
        var recipe = configuration.recipe
        recipe.seed = seeds[place]
        // `none` and `cutout` differ in the tail alone; the size of the square is the recipe's.
        recipe.cutout = try choice.cutoutRule.side(given: nil, recipe: recipe.cutout)
        let training = TrainingConfiguration(
          data: configuration.data, policy: played.policy, policyOrder: played.order,
          scheduleDigest: choice.scheduleDigest, recipe: recipe,
          device: configuration.device)
        return (
          text, seeds[place],
          Comparison.Member(
            path: folder.training(ofPolicy: index, seed: seeds[place]), configuration: training,
            policy: choice)
        )
      }
    }
  }

  /// Copies a schedule from a file into the comparison's folder, so that it can be continued without that file.
  private func keep(_ choice: PolicyChoice, _ index: Int) throws {
    let path = folder.keptSchedule(ofPolicy: index)
    guard let schedule = choice.schedule, choice.isFile, choice.argument != path else { return }
    try AtomicFile.write(schedule.jsonData(), to: path)
  }

  private func summary(
    _ split: EvaluatedSplit, _ endings: [(policy: String, seed: UInt64, outcome: Comparison.Outcome)]
  ) -> ComparisonSummary {
    ComparisonSummary(
      split: split, images: split == .test ? data.test.count : data.validation.count,
      trainings: configuration.policies.map { policy in
        (
          policy,
          endings.filter { $0.policy == policy }.map { ending in
            switch ending.outcome {
            case .trained(let result):
              ComparisonSummary.Entry(
                seed: ending.seed,
                accuracy: split == .test ? result.testAccuracy : result.validationAccuracy)
            case .diverged(let reason):
              ComparisonSummary.Entry(seed: ending.seed, accuracy: nil, failure: reason)
            }
          }
        )
      })
  }

  private func write(_ summary: ComparisonSummary) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try AtomicFile.write(try encoder.encode(summary), to: folder.summaryPath)
    try AtomicFile.write(Data(summary.csv().utf8), to: folder.tablePath)
  }
}
