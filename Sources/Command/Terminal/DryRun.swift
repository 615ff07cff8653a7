import Augmentation
import Comparison
import Datasets
import Policies
import Text
import Threads
import Torch
import Training
import Workers
import Yams

/// What a run would do and cost, found out without beginning it.
struct DryRun {
  /// The settings for people and for programs, with what the images decide.
  private let settings: (Recipe) throws -> (text: String, values: [String: JSONValue])
  /// Throws where the images do not serve the request.
  private var check: (DatasetSplits) throws -> Void = { _ in }
  private let recipe: Recipe
  private let selection: DataSelection
  private let devices: DeviceList
  /// What a search chooses among, where that is not PBA's space.
  private var space: SearchSpace?
  /// What is applied to the images while the steps are timed.
  private let program: (_ width: Int, _ height: Int) throws -> AugmentationProgram
  private let workload: (DatasetSplits) throws -> Workload
  /// The bytes of images that a node of a cluster may be sent; nil where the command has no such option.
  private var shippedBytes: (DatasetSplits) throws -> Int? = { _ in nil }

  /// A search; its steps are timed under the last policy of a published schedule, as its own are not learnt yet.
  ///
  /// - Parameters:
  ///   - configuration: its settings.
  ///   - mayShip: whether the size of what `--ship-data` sends is asked for.
  /// - Throws: what the published schedule throws.
  init(_ configuration: SearchConfiguration, mayShip: Bool) throws {
    let learnt = try Schedule.named("rcifar10")
    check = { try configuration.requireUsable($0) }
    space = configuration.space
    if mayShip { shippedBytes = { try PackedImages.size(of: $0) } }
    program = { width, height in
      learnt.lastPolicy.program(operationCount: learnt.operationCount)
        .scaled(by: configuration.recipe.pixelScale(width: width, height: height))
    }
    workload = { data in
      switch configuration.trialsAtOnce {
      case .trials(let count): return Workload(configuration, concurrency: count, data: data)
      case .automatic:
        let capacity = try TrainingExecutor(configuration, data: data)
          .segmentsAtOnce(population: configuration.population)
        return Workload(configuration, concurrency: capacity.segments, data: data)
      }
    }
    settings = Self.settings(configuration) { try Settings($0) }
    (recipe, selection, devices) = (configuration.recipe, configuration.data, configuration.device)
  }

  /// A training; its steps are timed under the policy of its last epoch.
  init(_ configuration: TrainingConfiguration, _ choice: PolicyChoice) throws {
    check = { try configuration.requireUsable($0) }
    program = Self.lastProgram(choice, configuration.policyOrder, configuration.recipe)
    workload = { Workload(configuration, data: $0) }
    settings = Self.settings(configuration) { try Settings($0) }
    (recipe, selection, devices) = (
      configuration.recipe, configuration.data, DeviceList(configuration.device)
    )
  }

  /// A comparison; its steps are timed under the last policy of those that are compared.
  init(_ configuration: ComparisonConfiguration, _ policies: ComparedPolicies) throws {
    let choices = try policies.choices(seed: configuration.recipe.seed)
    let programs = zip(choices, policies.orders).map { choice, order in
      Self.lastProgram(choice, order, configuration.recipe)
    }
    program = programs.last ?? { _, _ in .none }
    workload = { Workload(configuration, data: $0) }
    settings = Self.settings(configuration) { try Settings($0) }
    (recipe, selection, devices) = (
      configuration.recipe, configuration.data, DeviceList(configuration.device)
    )
  }

  private static func settings<Configuration: ImageRunConfiguration>(
    _ configuration: Configuration, _ flags: @escaping (Configuration) throws -> Settings
  ) -> (Recipe) throws -> (text: String, values: [String: JSONValue]) {
    { recipe in
      var whole = configuration
      whole.recipe = recipe
      return (try whole.yaml(), try flags(whole).values())
    }
  }

  private static func lastProgram(
    _ choice: PolicyChoice, _ order: PolicyOrder, _ recipe: Recipe
  ) -> (_ width: Int, _ height: Int) throws -> AugmentationProgram {
    { width, height in
      try choice.program(
        epoch: recipe.epochs - 1, totalEpochs: recipe.epochs, order: order, width: width, height: height,
        scale: recipe.pixelScale(width: width, height: height))
    }
  }

  private struct Report: Encodable {
    let settings: [String: JSONValue]
    let cost: RunCost
    let shippedBytes: Int?
  }

  /// Measures, and prints settings and cost.
  func show(json: Bool) throws {
    let data = try loadToTrain(selection)
    try requireTrainable(recipe, data)
    try check(data)
    let settings = try settings(recipe.resolved(for: data))
    let program = try program(data.train.images.width, data.train.images.height)
    noteSurprises(of: recipe, policyCutout: program.largestCutout, space: space, on: data)
    printNote("timing a few steps")
    let interruption = try Interruption()
    let cost: RunCost
    do {
      cost = try withExtendedLifetime(interruption) {
        try RunCost(
          try workload(data), recipe: recipe, data: data,
          program: program, devices: devices.devices, stop: interruption.flag)
      }
    } catch is WorkStopped {
      throw Interrupted(keepingNothing: "stopped; a dry run leaves nothing behind")
    }
    let shipped = try shippedBytes(data)
    if json { return try printJSON(Report(settings: settings.values, cost: cost, shippedBytes: shipped)) }
    printResult("settings")
    printResultLines(settings.text.indented())
    printResult("cost")
    for (name, text) in lines(cost) { printResult("  \(padded(name, 16))\(text)") }
    if let shipped {
      printResult(
        "  \(padded("cluster", 16))\(memorySize(shipped)) of images to each node, with --ray and --ship-data"
      )
    }
  }

  private func lines(_ cost: RunCost) -> [(String, String)] {
    let forward = decimal(Double(cost.multiplyAddsPerImage) / 1e6, 1)
    let training = decimal(6 * Double(cost.multiplyAddsPerImage) / 1e9, 2)
    let networks =
      cost.trainings == 1 ? "" : " of each of \(cost.trainings) networks, \(cost.concurrency) at once"
    var lines = [
      ("parameters", "\(cost.parameters)" + networks),
      (
        "multiply-adds",
        "\(forward) million an image forward; a training step takes three times as many, \(training) GFLOP an image"
      ),
      ("steps", "\(cost.steps)"),
      ("images", "\(cost.trainedImages) trained on, \(cost.evaluatedImages) evaluated"),
      ("peak memory", memorySize(cost.peakMemoryBytes) + " of the process, measured"),
    ]
    if let bytes = cost.peakDeviceMemoryBytes {
      lines.append(("device memory", memorySize(bytes) + " at the peak, measured"))
    }
    lines += [
      (
        "disk",
        memorySize(cost.diskBytesAtMost) + " of checkpoints at most, "
          + memorySize(cost.diskBytesAtEnd) + " at the end"
      ),
      (
        "time",
        "about \(duration(cost.seconds)) on \(cost.device): \(decimal(cost.secondsPerStep * 1000, 1)) ms a step"
          + " (\(cost.timedSteps) timed), \(decimal(cost.secondsPerEvaluatedImage * 1e6, 1)) µs an evaluated image"
      ),
    ]
    return lines
  }
}
