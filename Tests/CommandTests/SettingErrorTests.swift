import Command
import Datasets
import Policies
import RunStore
import Search
import Testing
import Text
import Training

/// What is wrong with settings, in the words of the command line; nil where nothing is.
private func complaint(about settings: Settings, _ kind: RunKind) -> String? {
  let whole = Settings {
    $0.dataset = "noise:8x8x3"
    $0.device = "cpu"
  }
  do {
    try settings.naming {
      let settings = settings.over(whole)
      switch kind {
      case .search: _ = try settings.searchConfiguration()
      case .train: _ = try settings.trainingConfiguration()
      case .compare: _ = try settings.comparisonConfiguration()
      }
    }
    return nil
  } catch {
    #expect(error.isUsageMistake, "\(error)")
    return "\(error)"
  }
}

/// What is wrong with the text of a file; nil where nothing is.
private func complaint(aboutFile text: String) -> String? {
  do {
    _ = try Settings(yaml: text, from: "f.yml")
    return nil
  } catch {
    #expect(error.isUsageMistake, "\(error)")
    return "\(error)"
  }
}

@Suite("Errors about settings")
struct SettingErrorTests {
  @Test(
    "of a policy's order",
    arguments: [
      (
        ["--policy", "rcifar10@last", "--policy-order", "shuffled"],
        "--policy-order: found shuffled, expected last, as rcifar10@last says, or neither"
      ),
      (
        ["--policy", "rcifar10@schedule", "--policy-order", "last"],
        "--policy-order: found last, expected schedule, as rcifar10@schedule says, or neither"
      ),
      (
        ["--policy", "rcifar10@lst"],
        "--policy: found the order \"lst\" in \"rcifar10@lst\", "
          + "expected one of schedule, shuffled, last (did you mean last?)"
      ),
      (
        ["--policy", "none@last"],
        "--policy: found last for \"none\", "
          + "expected a schedule to reorder: this policy is the same in every epoch"
      ),
    ])
  func orders(_ arguments: [String], _ expected: String) throws {
    #expect(try complaint(about: typed(.train, arguments), .train) == expected)
  }

  @Test(
    "name the option that was typed",
    arguments: [
      (RunKind.train, ["--epochs", "0"]), (.train, ["--batch-size", "-1"]),
      (.train, ["--learning-rate", "nan"]),
      (.train, ["--weight-decay", "-1"]), (.train, ["--cutout", "-1"]), (.train, ["--crop-padding", "5000"]),
      (.train, ["--threads", "0"]), (.train, ["--label-smoothing", "1"]),
      (.train, ["--class-weights", "1,x"]),
      (.train, ["--precision", "fp64"]), (.train, ["--device", "gpu"]), (.train, ["--device", "cuda:99"]),
      (.train, ["--dataset", "cifar"]), (.train, ["--dataset", "noise:1"]),
      (.train, ["--model", "wrn_41_2"]),
      (.train, ["--policy", "autoaugmen"]), (.train, ["--validate-every", "0"]),
      (.train, ["--patience", "2"]),
      (.search, ["--population", "0"]), (.search, ["--interval", "0"]), (.search, ["--quantile", "0.6"]),
      (.search, ["--burn-in", "200"]), (.search, ["--concurrency", "0"]),
      (.search, ["--workers", "0"]), (.search, ["--workers", "2", "--retries", "-1"]),
      (.search, ["--concurrency", "2", "--workers", "2"]),
      (.compare, ["--policies", "none"]), (.compare, ["--policies", "none,rsvhn,none"]),
      (.compare, ["--policies", "none,rsvhn", "--seeds", "0"]),
      (.compare, ["--policies", "none,rsvhn", "--concurrency", "0"]),
    ])
  func options(kind: RunKind, arguments: [String]) throws {
    let settings = try typed(kind, arguments)
    let option = arguments[arguments.count - 2]
    #expect(complaint(about: settings, kind)?.hasPrefix("\(option): ") == true)
  }

  @Test(
    "name the file and the key that stand there",
    arguments: [
      ("epochs: 0", "epochs: found 0"), ("batch-size: -1", "batchSize: found -1"),
      ("learningRate: .nan", "learningRate: found nan"), ("patience: 2", "patience: found 2"),
      ("device: gpu", "device: found 'gpu'"), ("model: wrn_1", "model: 'wrn_1' is not"),
      ("dataset: cifar", "dataset: no dataset is called"), ("policy: autoaugmen", "policy: found"),
    ])
  func keys(line: String, words: String) throws {
    let found =
      try complaint(aboutFile: line) ?? complaint(about: Settings(yaml: line, from: "f.yml"), .train)
    #expect(found?.hasPrefix("f.yml: \(words)") == true, "\(found ?? "nothing")")
  }

  @Test("name what cannot be read in a file")
  func files() {
    for (text, words) in [
      ("- a", "f.yml: found no 'key: value' lines"), ("a: [", "f.yml: not YAML: line "),
      ("popluation: 3", "f.yml: unknown setting 'popluation'; did you mean 'population'?"),
      ("qqqqqqqqqq: 3", "f.yml: unknown setting 'qqqqqqqqqq'; there are: dataset, trainSize, "),
      ("Batch-Size: 3", "f.yml: unknown setting 'Batch-Size'; did you mean 'batchSize'?"),
      ("batch--size: 3", "f.yml: unknown setting 'batch--size'"),
      ("seed: [1]", "f.yml: seed: found a list or a mapping, "),
      ("epochs: 3\nepochs: 4", "f.yml: "),
      ("batchSize: 3\nbatch-size: 4", "f.yml: batchSize: found two lines"),
      ("epochs:", "f.yml: epochs: found nothing"), ("model: ''", "f.yml: model: found an empty text"),
      ("epochs: 010", "f.yml: epochs: found '010', expected a decimal number"),
      ("flip: yes", "f.yml: flip: found 'yes', expected true or false"),
      ("epochs: many", "f.yml: epochs: found 'many', expected a whole number"),
      ("policies: none", "f.yml: policies: found 'none', expected a list of names"),
      (
        "policyOrder: backwards",
        "f.yml: policyOrder: found 'backwards', expected one of schedule, shuffled, last"
      ),
      ("imageSize: 0", "f.yml: imageSize: found '0', expected a size"),
      (
        "progressLimit: soon",
        "f.yml: progressLimit: found 'soon', expected a time such as 90s, 30m, 3h, 1h30m or 2d, or none"
      ),
      ("concurrency: most", "f.yml: concurrency: found 'most', expected auto or a whole number"),
      ("classWeights: [1, 0x10]", "f.yml: classWeights: found '0x10', expected a decimal number"),
    ] {
      let found = complaint(aboutFile: text)
      #expect(found?.hasPrefix(words) == true, "\(text): \(found ?? "nothing")")
    }
    #expect(complaint(aboutFile: "") == nil)
    for key in ["dataDirectory", "data-directory", "data-dir"] {
      #expect(complaint(aboutFile: "\(key): x") == nil, "\(key)")
    }
  }

  @Test("about several policies name the list that they are in")
  func policies() throws {
    let settings = try typed(.compare, ["--policies", "none,autoaugmen"])
    let found = complaint(about: settings, .compare)
    #expect(found?.hasPrefix("--policies: ") == true, "\(found ?? "nothing")")
  }

  @Test("that another run was begun with name what was given now, where it was given")
  func otherRun() throws {
    let settings = try typed(.train, ["--batch-size", "8"])
      .over(Settings(yaml: "learningRate: 0.3", from: "f.yml"))
    func difference(_ key: String) -> ConfigurationDifference {
      ConfigurationDifference(key: key, recorded: "1", requested: "2")
    }
    let keys = ["batchSize", "learningRate", "epochs", "fromDigest", "startOrder"]
    #expect {
      try settings.naming {
        throw RunStoreError.otherConfiguration(path: "run", differences: keys.map(difference))
      }
    } throws: { error in
      guard case RunStoreError.otherConfiguration("run", let differences) = error else { return false }
      return differences.map(\.name) == [
        "--batch-size", "f.yml: learningRate", "epochs", "from (digest of what is in the file)", nil,
      ]
    }
  }

  @Test("name what else was given by its option, or by its key in a file")
  func cures() throws {
    let settings = try typed(.train, ["--train-size", "4"]).over(
      Settings(yaml: "batchSize: 5", from: "f.yml"))
    #expect {
      try settings.naming { throw TrainingError.batchTooLarge(batchSize: 5, images: 4) }
    } throws: { error in
      error.isUsageMistake
        && "\(error)"
          == "a batch takes 5 images, but there are 4 to train on; lower batchSize in f.yml or raise --train-size"
    }
  }

  @Test("of other modules have the options of the command line")
  func modules() {
    let place = SegmentPlace(generation: 1, trial: 3)
    let errors: [(any Error, String)] = [
      (RunStoreError.noRun(path: "r", resume: true), "or begin one without --resume"),
      (
        RunStoreError.unfinishedRun(path: "r", kind: .train),
        "continue it with --resume, or name another folder"
      ),
      (SearchError.stopped(generation: 0, finished: 1, of: 4), "continue with --resume"),
      (
        SearchError.everyTrialFailed(generation: 0, trials: 4, reason: "x"),
        "with a lower learning rate (--learning-rate of built-in networks)"
      ),
      (
        SearchError.segment(
          place, reason: ErrorText(TrainingError.batchTooLarge(batchSize: 5, images: 4))),
        "lower --batch-size or raise --train-size; what was finished is kept: once the cause is removed, continue"
          + " with --resume"
      ),
      (
        DatasetError.unreadableImages(folder: "f", count: 2, first: ["a"], reason: "x"),
        "or give --skip-unreadable to leave them out"
      ),
      (
        PolicyError(found: "x", expected: "one trial", cure: "give \(setting: "trial") N"),
        "expected one trial: give --trial N"
      ),
    ]
    for (error, words) in errors {
      #expect(explained(error).hasSuffix(words), "\(explained(error))")
      #expect { try Settings().naming { throw error } } throws: { named in
        "\(named)" == explained(error) && named.isUsageMistake == error.isUsageMistake
      }
    }
  }

  @Test("have bare names where no setting was asked about")
  func unnamed() {
    let error = PolicyError(place: "policy", found: "x", expected: "a policy")
    #expect(explained(error) == "policy: found x, expected a policy")
    #expect(explained(CancellationError()) == "CancellationError()")
  }

  @Test("of files, and those about no setting, stay as they are")
  func others() {
    let settings = Settings { $0.epochs = 3 }.typed()
    for error in [
      SettingsError("epochs: found nothing here", isUsageMistake: false),
      SettingsError("some.yml: found nothing here"),
    ] {
      #expect { try settings.naming { throw error } } throws: { "\($0)" == error.description }
    }
  }
}
