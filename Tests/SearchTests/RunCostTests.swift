import Workers
import Threads
import Augmentation
import Datasets
import Foundation
import Policies
import RunStore
import Search
import Testing
import Torch
import Training

/// The estimate of a run is compared with the run itself.
@Suite("The cost of a run") struct RunCostTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder(inMemory: true) }

  private let selection = DataSelection("noise:8x8x3", trainSize: 50, validationSize: 20)
  private let recipe = Recipe(model: "wrn_10_1", epochs: 11, batchSize: 16, learningRate: 0.01, cutout: 2)

  private func bytes(_ path: String) throws -> Int {
    try FileManager.default.contentsOfDirectory(atPath: path + "/checkpoints").reduce(0) {
      try $0 + Data(contentsOf: URL(fileURLWithPath: path + "/checkpoints/" + $1)).count
    }
  }

  private func cost(_ workload: Workload, _ recipe: Recipe) throws -> RunCost {
    try RunCost(
      workload, recipe: recipe, data: loadDataset(selection), program: .none, devices: [.cpu])
  }

  @Test("a training takes the steps, the images and the space that it was said to take")
  func training() throws {
    let data = try loadDataset(selection)
    let configuration = TrainingConfiguration(data: selection, recipe: recipe)
    let cost = try cost(Workload(configuration, data: data), recipe)
    let images = Sum()
    let most = Collected<Int>()
    let path = folder("a")
    let run = try RunDirectory.open(path, configuration: configuration, version: "test", resume: false)
    _ = try TrainingRun(
      run: run, configuration: configuration,
      policy: PolicyChoice("none", dataset: "noise", seed: 0), data: data
    ) { event in
      if case .images(let count) = event { images.add(count) }
      if case .epoch = event { most.add(try bytes(path)) }
    }()
    #expect(cost.steps == 3 * 11)
    #expect(cost.trainedImages == 16 * 3 * 11)
    #expect(cost.evaluatedImages == 220)
    #expect(images.add(0) == cost.trainedImages + cost.evaluatedImages)
    #expect(try bytes(path) == cost.diskBytesAtEnd)
    // After an epoch two checkpoints are there; while the next is written a third.
    let last = try #require(most.all.last)
    #expect(cost.diskBytesAtMost > last && cost.diskBytesAtMost <= last / 2 * 3 + 8)
    #expect(cost.trainings == 1 && cost.concurrency == 1)
  }

  @Test("a search does so too", arguments: [(3, 2), (2, 1), (4, 5)])
  func search(interval: Int, concurrency: Int) throws {
    let data = try loadDataset(selection)
    let configuration = SearchConfiguration(
      data: selection, recipe: recipe, population: 3, interval: interval, concurrency: .trials(concurrency))
    let cost = try cost(Workload(configuration, concurrency: concurrency, data: data), recipe)
    let images = Sum()
    let sizes = Collected<Int>()
    let path = folder("s")
    let run = try RunDirectory.open(path, configuration: configuration, version: "test", resume: false)
    let executor = try TrainingExecutor(configuration, data: data) { images.add($0) }
    _ = try Search(run: run, configuration: configuration, executor: executor) { event in
      if case .segmentFinished = event { sizes.add((try? bytes(path)) ?? 0) }
    }()
    #expect(cost.steps == 3 * 11 * 3)
    #expect(images.add(0) == cost.trainedImages + cost.evaluatedImages)
    #expect(try bytes(path) == cost.diskBytesAtEnd)
    #expect(sizes.all.max() == cost.diskBytesAtMost)
    #expect(cost.concurrency == min(concurrency, 3))
  }

  @Test("a comparison does so too")
  func comparison() throws {
    // Eleven seeds from 0: the last has one digit more.
    let comparison = try SmallComparison {
      $0.policies = ["none", "rsvhn"]
      $0.seeds = 11
      $0.recipe.seed = 0
      $0.recipe.epochs = 2
      $0.recipe.model = "wrn_10_1"
    }
    let workload = Workload(comparison.configuration, data: comparison.data)
    let cost = try RunCost(
      workload, recipe: comparison.configuration.recipe, data: comparison.data, program: .none,
      devices: [.cpu])
    let images = Sum()
    try comparison.run(folder("c")) { event in
      if case .images(let count) = event { images.add(count) }
    }
    #expect(images.add(0) == cost.trainedImages + cost.evaluatedImages)
    let trainings = try FileManager.default.contentsOfDirectory(atPath: folder("c") + "/trainings")
    #expect(trainings.count == 22 && cost.trainings == 22)
    #expect(
      try trainings.reduce(0) { try $0 + bytes(folder("c") + "/trainings/" + $1) } == cost.diskBytesAtEnd)
    #expect(cost.steps == 22 * 2 * 3)
  }

  @Test("what is measured is plausible, and twice the work takes twice the time")
  func measured() throws {
    let data = try loadDataset(selection)
    let workload = Workload(TrainingConfiguration(data: selection, recipe: recipe), data: data)
    let once = try cost(workload, recipe)
    #expect(once.parameters == (try Trainer(recipe: recipe, data: data)).parameterCount)
    #expect(once.device == "cpu" && once.peakDeviceMemoryBytes == nil)
    #expect(once.timedSteps == 10)
    // libtorch alone takes some tens of megabytes; the test's machine has less than a terabyte.
    #expect(once.peakMemoryBytes > 10_000_000 && once.peakMemoryBytes < 1_000_000_000_000)
    let stepsAlone = Double(once.steps) * once.secondsPerStep
    #expect(once.seconds > stepsAlone && once.seconds < 100 * stepsAlone)
    // Three in two turns take the time of two, as the last turn leaves a slot empty.
    let search = SearchConfiguration(data: selection, recipe: recipe, population: 3, interval: 11)
    let turns = try cost(Workload(search, concurrency: 2, data: data), recipe)
    let oneTrial =
      Double(turns.steps / 3) * turns.secondsPerStep + Double(turns.evaluatedImages / 3)
      * turns.secondsPerEvaluatedImage
    #expect(turns.seconds > 2 * oneTrial)
    #expect(turns.timedSteps == 20)
  }

  @Test("it stops when asked to")
  func stopped() throws {
    let stop = StopFlag()
    stop.request()
    let data = try loadDataset(selection)
    #expect(throws: WorkStopped.self) {
      try RunCost(
        Workload(TrainingConfiguration(data: selection, recipe: recipe), data: data), recipe: recipe,
        data: data, program: .none, devices: [.cpu], stop: stop)
    }
  }
}
