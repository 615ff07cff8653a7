import Command
import Datasets
import Policies
import Reports
import RunStore
import Testing
import Training
import Workers

/// The commands of a training.
///
/// Its lengths before are given with the number of epochs after which each was changed, its validations by the accuracy
/// after each epoch.
private func commands(
  epochs: Int = 10, changes: [(trained: Int, epochs: Int)] = [], patience: Int? = nil,
  validated: [Double?] = [], policy: String = "none", schedule: Schedule? = nil
) throws -> RunCommands {
  let settings = Settings {
    $0.epochs = epochs
    $0.policy = policy
    $0.patience = patience
  }
  let records = validated.enumerated().map { epoch, accuracy in
    EpochRecord(
      epoch: epoch, trainLoss: 1, trainAccuracy: 0.5, validationAccuracy: accuracy, learningRate: 0.1,
      seconds: 1)
  }
  let contents = RunContents(
    path: "my run", kind: .train, version: "1", state: .stopped, settings: [], history: .training(records),
    schedule: schedule)
  return RunCommandLine("train", settings, contents, changes: changes).commands
}

@Suite("The command line of a run")
struct RunCommandLineTests {
  @Test("has each setting as an option, quoted for a shell")
  func settings() throws {
    let given = Settings {
      $0.dataset = "folder:/pictures of 'cats'"
      $0.trainSize = 48
      $0.validationSize = 16
      $0.model = "wrn_10_1"
      $0.device = "cpu"
      $0.seed = .max
      $0.population = 4
      $0.asynchronous = true
      $0.flip = false
    }
    let settings = try Settings(given.searchConfiguration())
    let contents = RunContents(
      path: "my run", kind: .search, version: "1", state: .stopped, settings: [], history: .training([]))
    let commands = RunCommandLine("search", settings, contents).commands
    #expect(
      commands.again.hasPrefix(
        #"pba search --dataset 'folder:/pictures of '\''cats'\''' --train-size 48 --validation-size 16"#
          + " --model wrn_10_1 --epochs 200 --batch-size 128 --learning-rate 0.1 --learning-rate-rule cosine"
          + " --weight-decay 0.0005 --cutout 16 --crop-padding 4 --scale-to-size --no-flip"
          + " --seed 18446744073709551615 --precision fp32 --threads 1 --device cpu --data-dir "))
    #expect(
      commands.again.hasSuffix(
        " --population 4 --interval 3 --quantile 0.25 --burn-in 0 --asynchronous --concurrency auto"
          + " --image-size 32 --run NEW"))
    #expect(commands.resume == "pba search --resume --run 'my run'")
  }

  @Test("of a comparison has its list of policies")
  func policies() throws {
    let settings = Settings {
      $0.policies = ["none", "randaugment:2,9"]
      $0.seeds = 3
    }
    let contents = RunContents(
      path: "c", kind: .compare, version: "1", state: .finished, settings: [], history: .training([]))
    #expect(
      RunCommandLine("compare", settings, contents).commands.again
        == "pba compare --policies none,randaugment:2,9 --seeds 3 --run NEW")
  }

  @Test("plays the run's own copy of a schedule")
  func schedule() throws {
    let found = try commands(policy: "elsewhere.json", schedule: Schedule.named("rcifar10"))
    #expect(found.again == "pba train --epochs 10 --policy 'my run/schedule.json' --run NEW")
    #expect(try commands(policy: "rcifar10").again == "pba train --epochs 10 --policy rcifar10 --run NEW")
  }

  @Test("of a training that was made longer begins with its first length")
  func longer() throws {
    // It had come to its end, or to the end of its patience.
    #expect(
      try commands(epochs: 12, changes: [(5, 5)]).again
        == "pba train --epochs 5 --policy none --run NEW && pba train --resume --epochs 12 --run NEW")
    #expect(
      try commands(epochs: 12, changes: [(3, 8)], patience: 2, validated: [0.5, 0.4, 0.3]).again
        == "pba train --epochs 8 --policy none --patience 2 --run NEW && pba train --resume --epochs 12 --run NEW"
    )
    // It was stopped.
    #expect(
      try commands(epochs: 12, changes: [(3, 8)], patience: 2, validated: [0.5, 0.6, 0.3]).again
        == "pba train --epochs 8 --policy none --patience 2 --run NEW  # stop it after epoch 3, then:\n"
        + "pba train --resume --epochs 12 --run NEW")
    #expect(
      try commands(epochs: 20, changes: [(5, 5), (8, 12)]).again
        == "pba train --epochs 5 --policy none --run NEW && pba train --resume --epochs 12 --run NEW"
        + "  # stop it after epoch 8, then:\npba train --resume --epochs 20 --run NEW")
  }

  @Test("leaves out a length that was changed again before anything was trained")
  func changedTwice() throws {
    #expect(
      try commands(epochs: 12, changes: [(5, 5), (5, 30), (5, 40)]).again
        == "pba train --epochs 5 --policy none --run NEW && pba train --resume --epochs 12 --run NEW")
    #expect(
      try commands(epochs: 12, changes: [(3, 8), (3, 30)]).again
        == "pba train --epochs 8 --policy none --run NEW  # stop it after epoch 3, then:\n"
        + "pba train --resume --epochs 12 --run NEW")
  }
}
