import Augmentation
import Foundation
import Policies

import class TestSupport.TemporaryFolder

/// A folder as a search of the published code leaves it, written by a small search that is made up.
///
/// Every three epochs the worst quarter of the trials takes the history of one of the best quarter and explores its
/// policy. Results, configurations and logs are written at the places and in the forms in which Ray 0.7 writes them.
final class SearchFolder {
  private let folder: TemporaryFolder
  var path: String { folder.path }
  let trials: Int
  let epochs: Int
  /// For each trial the policy of every epoch of its ancestry.
  private(set) var histories: [[Policy]]
  /// For each trial the accuracy of its last epoch.
  private(set) var accuracies: [Double]

  /// Makes the folder.
  ///
  /// - Parameters:
  ///   - trials: how many trials there are.
  ///   - epochs: how long each trains.
  ///   - seed: decides the policies and accuracies.
  ///   - reached: the epochs that single trials reached, where it is not all of them.
  ///   - trialFolder: the name of a trial's folder.
  /// - Throws: what the file manager throws.
  init(
    trials: Int = 8, epochs: Int = 20, seed: UInt64 = 1, reached: [Int: Int] = [:],
    trialFolder: (Int) -> String = { "RayModel_\($0)_2019-06-20_02-14-0\($0)x7k2" }
  ) throws {
    self.trials = trials
    self.epochs = epochs
    folder = try TemporaryFolder()
    histories = Array(repeating: [], count: trials)
    accuracies = Array(repeating: 0, count: trials)
    var random = RandomStream(seed: seed, domain: .exploit)
    var current = Array(repeating: Policy.searchStart, count: trials)
    var results = Array(repeating: "", count: trials)
    var logs: [Int: String] = [:]
    var all = ""
    for epoch in 1...epochs {
      for trial in 0..<trials where epoch <= reached[trial] ?? epochs {
        histories[trial].append(current[trial])
        accuracies[trial] = (random.uniform() * 1e6).rounded() / 1e6
        results[trial] += Self.result(trial, epoch, accuracies[trial], current[trial])
      }
      guard epoch % 3 == 0, epoch < epochs else { continue }
      let ranked = (0..<trials).sorted { accuracies[$0] < accuracies[$1] }
      let quarter = (trials + 3) / 4
      for target in ranked.prefix(quarter) where epoch < reached[target] ?? epochs {
        let source = ranked.suffix(quarter)[trials - quarter + random.uniform(below: quarter)]
        let policy = PolicyPerturbation().perturb(current[source], using: &random)
        let line =
          #"["\#(target)", "\#(source)", \#(epoch - 1), \#(epoch), "#
          + #"\#(Self.configuration(current[source])), \#(Self.configuration(policy))]"# + "\n"
        all += line
        logs[target] = (logs[source] ?? logs[target] ?? "") + line
        histories[target] = Array(histories[source].prefix(epoch))
        current[target] = policy
      }
    }
    for trial in 0..<trials {
      let place = trialFolder(trial)
      try write(results[trial], to: place + "/result.json")
      try write(Self.configuration(.searchStart), to: place + "/params.json")
    }
    for (trial, log) in logs { try write(log, to: "pbt_policy_\(trial).txt") }
    try write(all, to: "pbt_global.txt")
    try write("{}", to: "experiment_state-2019-06-20_02-14-02.json")
  }

  /// The trial with the highest last accuracy.
  var best: Int { (0..<trials).max { accuracies[$0] < accuracies[$1] } ?? 0 }

  func write(_ text: String, to name: String) throws { try folder.write(text, to: name) }

  func append(_ text: String, to name: String) throws {
    let old = try String(contentsOfFile: path + "/" + name, encoding: .utf8)
    try write(old + text, to: name)
  }

  func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: path + "/" + name) }

  /// The folder of a trial, by its default name.
  func trialFolder(_ trial: Int) -> String { "RayModel_\(trial)_2019-06-20_02-14-0\(trial)x7k2" }

  private static func configuration(_ policy: Policy) -> String {
    #"{"lr": 0.1, "model_name": "wrn_40_2", "hp_policy": \#(policy.searchVector), "restore": null}"#
  }

  static func result(_ trial: Int, _ epoch: Int, _ accuracy: Double, _ policy: Policy) -> String {
    #"{"val_acc": \#(accuracy), "train_acc": 0.5, "test_acc": 0, "training_iteration": \#(epoch), "#
      + #""done": false, "time_total_s": 12.25, "experiment_tag": "\#(trial)", "hostname": "h", "#
      + #""config": \#(configuration(policy))}"# + "\n"
  }
}

extension Schedule {
  /// The policy of every epoch.
  var policies: [Policy] { (0..<epochs).map { policy(atEpoch: $0) } }
}
