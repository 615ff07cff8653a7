import Augmentation
import Datasets
import Foundation
import Policies
import RunStore
import Search
import TestSupport
import Testing
import Threads
import Torch
import Training
import Workers

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
    let images = Counter()
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
    #expect(images.value == cost.trainedImages + cost.evaluatedImages)
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
    let images = Counter()
    let sizes = Collected<Int>()
    let path = folder("s")
    let run = try RunDirectory.open(path, configuration: configuration, version: "test", resume: false)
    let executor = try TrainingExecutor(configuration, data: data) { images.add($0) }
    _ = try Search(run: run, configuration: configuration, executor: executor) { event in
      if case .segmentFinished = event { sizes.add((try? bytes(path)) ?? 0) }
    }()
    #expect(cost.steps == 3 * 11 * 3)
    #expect(images.value == cost.trainedImages + cost.evaluatedImages)
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
    let images = Counter()
    try comparison.run(folder("c")) { event in
      if case .images(let count) = event { images.add(count) }
    }
    #expect(images.value == cost.trainedImages + cost.evaluatedImages)
    let trainings = try FileManager.default.contentsOfDirectory(atPath: folder("c") + "/trainings")
    #expect(trainings.count == 22 && cost.trainings == 22)
    #expect(
      try trainings.reduce(0) { try $0 + bytes(folder("c") + "/trainings/" + $1) } == cost.diskBytesAtEnd)
    #expect(cost.steps == 22 * 2 * 3)
  }

  @Test("what is measured is of this network and this process")
  func measured() throws {
    let data = try loadDataset(selection)
    let workload = Workload(TrainingConfiguration(data: selection, recipe: recipe), data: data)
    // Memory that is in use is part of the peak.
    let ballast = [UInt8](repeating: 1, count: 64 << 20)
    let once = try withExtendedLifetime(ballast) { try cost(workload, recipe) }
    #expect(once.parameters == (try Trainer(recipe: recipe, data: data)).parameterCount)
    #expect(once.device == "cpu" && once.peakDeviceMemoryBytes == nil)
    #expect(once.timedSteps == 10)
    #expect(once.peakMemoryBytes > ballast.count)
    #expect(once.peakMemoryBytes < Int(ProcessInfo.processInfo.physicalMemory))
    let stepsAndImages =
      Double(once.steps) * once.secondsPerStep + Double(once.evaluatedImages) * once.secondsPerEvaluatedImage
    #expect(once.seconds > stepsAndImages)
    let search = SearchConfiguration(data: selection, recipe: recipe, population: 3, interval: 11)
    #expect(try cost(Workload(search, concurrency: 2, data: data), recipe).timedSteps == 20)
  }

  @Test("twice the work takes twice the time, and three trainings on two slots the time of two turns")
  func seconds() throws {
    func seconds(_ change: (inout Workload) -> Void) -> Double {
      var workload = Workload(
        trainings: 1, concurrency: 1, steps: 1000, trainedImages: 0, evaluatedImages: 200, checkpoints: 10,
        restores: 4, kept: [], most: [])
      change(&workload)
      return RunCost.seconds(
        workload, step: 0.5, evaluatedImage: 0.25, checkpoint: 2, restore: 4, making: 8)
    }
    let once = seconds { _ in }
    // 500 for steps, 50 for images, 20 for checkpoints, 48 for restores, 8 for the network.
    #expect(once == 626)
    #expect(seconds { $0.steps = 2000 } == once + 500)
    #expect(seconds { $0.evaluatedImages = 0 } == once - 50)
    #expect(seconds { $0.checkpoints = 11 } == once + 2)
    #expect(seconds { $0.restores = 5 } == once + 12)
    // The same work in three trainings, of which each makes its network.
    let three = once + 16
    #expect(seconds { $0.trainings = 3 } == three)
    #expect(seconds { ($0.trainings, $0.concurrency) = (3, 2) } == three / 3 * 2)
    #expect(seconds { ($0.trainings, $0.concurrency) = (3, 3) } == three / 3)
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
