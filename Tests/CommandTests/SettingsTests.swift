import ArgumentParser
import Command
import Datasets
import Policies
import RunStore
import Search
import Testing
import Text
import Training
import Workers
import Yams

/// Settings that were typed as options of a command.
func typed(_ kind: RunKind, _ arguments: [String]) throws -> Settings {
  try PBA.parseAsRoot([kind.command, "--run", "run"] + arguments).typedSettings
}

extension RunKind {
  /// The command that makes such a run.
  var command: String {
    switch self {
    case .search: "search"
    case .train: "train"
    case .compare: "compare"
    }
  }
}

/// A value of every setting, none of them the default.
private let everySetting = Settings {
  $0.dataset = "folder:/pictures of cats"
  $0.trainSize = 48
  $0.validationSize = 20
  $0.model = "wrn_10_1"
  $0.epochs = 7
  $0.batchSize = 16
  $0.learningRate = 0.025
  $0.learningRateRule = .step
  $0.weightDecay = 1e-7
  $0.cutout = 0
  $0.cropPadding = 3
  $0.scaleToSize = false
  $0.flip = false
  $0.seed = .max
  $0.precision = "fp32"
  $0.threads = 2
  $0.device = "cpu"
  $0.dataDirectory = "010"
  $0.population = 5
  $0.interval = 2
  $0.quantile = 0.5
  $0.burnIn = 1
  $0.explorer = .pba
  $0.space = SpaceSource(argument: "its folder/mine.yaml")
  $0.asynchronous = true
  $0.concurrency = .trials(3)
  $0.workers = 4
  $0.retries = 5
  $0.progressLimit = TimeLimit.none
  $0.segmentLimit = TimeLimit("1h30m")
  $0.policy = "randaugment:2,9"
  $0.policyOrder = .shuffled
  $0.policies = ["none", "randaugment:2,9", "rcifar10@last"]
  $0.seeds = 4
  $0.imageSize = ImageSize("64x48")
  $0.skipUnreadable = true
  $0.labelSmoothing = 0.1
  $0.classWeights = .given(.inOrder([1, 2.5]))
  $0.from = "its folder/epoch-00002.safetensors"
  $0.validateEvery = 2
  $0.patience = 6
  $0.trainer = TrainerName(file: "its folder/mine.py", className: "Net")
  $0.trainerConfig = TrainerSettingsSource(argument: "its folder/own.yaml")
  $0.score = "f1"
  $0.direction = .minimize
  $0.tune = ["rate=0.001:1.0:log", "decay=0.0:1.0"]
}

@Suite("Settings")
struct SettingsTests {
  @Test("are each declared under the name that the code calls them by")
  func names() {
    let declared = Mirror(reflecting: SettingCatalogue.shared).children
    for (label, value) in declared {
      #expect((value as? any AnySetting)?.key.stringValue == label)
    }
    #expect(SettingCatalogue.all.count == declared.count)
    #expect(Set(SettingCatalogue.all.map(\.flag)).count == declared.count)
  }

  @Test("are typed as they are written, and each command has the options of those that it uses")
  func options() throws {
    for kind in RunKind.allCases {
      let used = everySetting.keeping { $0.users.contains(kind) }
      #expect(try typed(kind, used.arguments).values() == used.values())
      for setting in SettingCatalogue.all where !setting.users.contains(kind) {
        let words = everySetting.keeping { $0.key == setting.key }.arguments
        #expect(throws: (any Error).self) { try typed(kind, words) }
      }
    }
  }

  @Test("are read from YAML as they are written")
  func yaml() throws {
    let text = try YAMLEncoder().encode(everySetting)
    for setting in SettingCatalogue.all {
      #expect(text.contains("\(setting.key.stringValue): ") || text.contains("\(setting.key.stringValue):\n"))
    }
    let settings = try Settings(yaml: text, from: "all.yml")
    #expect(try settings.values() == everySetting.values())
    #expect(settings.seed == .max)
  }

  @Test("have the options that a shell takes")
  func arguments() {
    let settings = Settings {
      $0.batchSize = 16
      $0.learningRate = 1
      $0.weightDecay = 0.0005
      $0.flip = false
      $0.scaleToSize = true
      $0.asynchronous = false
      $0.skipUnreadable = false
      $0.concurrency = .automatic
      $0.dataDirectory = "data"
      $0.classWeights = .given(.balanced)
    }
    // In the order of the catalogue; what is off by default is not turned off.
    #expect(
      settings.arguments == [
        "--batch-size", "16", "--learning-rate", "1", "--weight-decay", "0.0005", "--scale-to-size",
        "--no-flip", "--data-dir", "data", "--concurrency", "auto", "--class-weights", "balanced",
      ])
  }

  @Test("that are typed win over those of a file, and both keep where they come from")
  func flagsOverFile() throws {
    let file = try Settings(yaml: "epochs: 5\nbatch-size: 7\nflip: true\n", from: "f.yml")
    let settings = try typed(.train, ["--epochs", "3", "--no-flip"]).over(file)
    #expect(settings.epochs == 3)
    #expect(settings.batchSize == 7)
    #expect(settings.flip == false)
    #expect(settings.name(of: \.epochs) == "--epochs")
    #expect(settings.name(of: \.flip) == "--flip")
    #expect(settings.name(of: \.batchSize) == "f.yml: batchSize")
    #expect(settings.name(of: \.learningRate) == "--learning-rate")
    #expect(settings.origin(of: \.epochs) == .flag)
    #expect(settings.origin(of: \.batchSize) == .file("f.yml"))
    #expect(settings.origin(of: \.learningRate) == nil)
  }

  @Test("that nobody gives are those of the help")
  func defaults() throws {
    let all = SettingCatalogue.shared
    let given = Settings {
      $0.dataset = "noise:32x32x3"
      $0.policies = ["none", "rsvhn"]
      $0.device = "cpu"
    }
    let search = try Settings(given.searchConfiguration())
    let training = try Settings(given.trainingConfiguration().0)
    let comparison = try Settings(given.comparisonConfiguration().0)
    for whole in [search, training, comparison] {
      #expect(whole.model == all.model.standard)
      #expect(whole.epochs == all.epochs.standard)
      #expect(whole.batchSize == all.batchSize.standard)
      #expect(whole.learningRate == all.learningRate.standard)
      #expect(whole.learningRateRule == all.learningRateRule.standard)
      #expect(whole.seed == all.seed.standard)
      #expect(whole.weightDecay == all.weightDecay.standard)
      #expect(whole.cropPadding == 4)
      #expect(whole.flip == true)
      #expect(whole.dataDirectory == all.dataDirectory.standard)
      #expect(whole.precision == "fp32")
      #expect(whole.scaleToSize == false)
      #expect(whole.imageSize == nil)
      #expect(whole.skipUnreadable == nil)
    }
    #expect(search.cutout == 16)
    #expect(training.cutout == 0)
    #expect(search.population == all.population.standard)
    #expect(search.interval == all.interval.standard)
    #expect(search.quantile == all.quantile.standard)
    #expect(search.burnIn == all.burnIn.standard)
    #expect(search.explorer == nil, "the default is not recorded")
    #expect(search.asynchronous == all.asynchronous.standard)
    #expect(search.concurrency == .automatic)
    #expect(training.policy == all.policy.standard)
    #expect(training.policyOrder == all.policyOrder.standard)
    #expect(comparison.seeds == all.seeds.standard)
    #expect(comparison.policies == ["none", "rsvhn"])
    #expect(search.threads == 1)
    #expect(comparison.threads == 1)
  }

  @Test("of workers are recorded, and give way to a number of trials in this process that is typed")
  func workers() throws {
    let begun = try typed(
      .search, ["--dataset", "bundled", "--device", "cpu", "--workers", "3", "--retries", "0"]
    )
    .searchConfiguration()
    #expect(begun.workers.workers == 3 && begun.workers.limits.retries == 0 && begun.trialsAtOnce == 3)
    let resumed = try Settings(begun)
    #expect(try resumed.searchConfiguration().workers == begun.workers)
    let here = try typed(.search, ["--concurrency", "2"]).over(resumed).searchConfiguration()
    #expect(here.workers.workers == nil && here.trialsAtOnce == 2)
    let more = try typed(.search, ["--workers", "5"]).over(Settings(here)).searchConfiguration()
    #expect(more.trialsAtOnce == 5)
  }

  @Test("a policy's own word may say the order that it is played in")
  func playedPolicies() throws {
    func training(_ arguments: [String]) throws -> TrainingConfiguration {
      try typed(.train, ["--dataset", "noise:8x8x3", "--device", "cpu"] + arguments).trainingConfiguration().0
    }
    let last = try training(["--policy", "rcifar10", "--policy-order", "last"])
    #expect(last.policy == "rcifar10" && last.policyOrder == .last)
    #expect(try training(["--policy", "rcifar10@last"]) == last)
    #expect(try training(["--policy", "rcifar10@last", "--policy-order", "last"]) == last)
    let resumed = try typed(.train, ["--policy", "rcifar10@last"]).over(Settings(last))
    #expect(try resumed.trainingConfiguration().0 == last)
    // What is typed wins over what is recorded or in a file.
    let other = try typed(.train, ["--policy", "rcifar10@schedule"]).over(Settings(last))
    #expect(try other.trainingConfiguration().0.policyOrder == .schedule)
    let file = Settings { $0.policy = "rcifar10@last" }.attributed(to: .file("f.yml"))
    let typedOrder = ["--dataset", "noise:8x8x3", "--device", "cpu", "--policy-order", "shuffled"]
    #expect(try typed(.train, typedOrder).over(file).trainingConfiguration().0.policyOrder == .shuffled)
    #expect(try training(["--policy", "rcifar10@schedule"]) == training(["--policy", "rcifar10"]))
  }

  @Test("of a recorded run are those that it was begun with")
  func recorded() throws {
    let given = Settings {
      $0.dataset = "folder:/pictures"
      $0.imageSize = ImageSize("48")
      $0.skipUnreadable = true
      $0.device = "cpu"
      $0.policy = "cutout:20"
      $0.classWeights = .given(.inOrder([1, 2]))
      $0.validateEvery = 2
      $0.patience = 3
      $0.seed = .max
    }
    var configuration = try given.trainingConfiguration().0
    configuration.data.movedTo = "folder:/elsewhere"
    let settings = try Settings(configuration)
    #expect(settings.dataset == "folder:/elsewhere")
    #expect(settings.imageSize == ImageSize("48"))
    #expect(settings.skipUnreadable == true)
    #expect(settings.scaleToSize == true)
    #expect(settings.cutout == 20)
    #expect(settings.policy == "cutout:20")
    #expect(settings.validateEvery == 2)
    #expect(settings.patience == 3)
    #expect(settings.seed == .max)
    #expect(settings.origin(of: \.seed) == nil)
    configuration.data.movedTo = nil
    #expect(try Settings(configuration).trainingConfiguration().0 == configuration)
  }
}
