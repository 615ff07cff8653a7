import Datasets
import Foundation
import RunStore
import Search
import TestSupport
import Testing
import Threads
import Torch
import Training
import Workers

/// Every executor keeps the same contract.
@Suite(.serialized) struct ExecutorContractTests {
  static func configuration(learningRate: Double = 0.05, epochs: Int = 4) -> SearchConfiguration {
    SearchConfiguration(
      data: DataSelection("bundled", trainSize: 48, validationSize: 16),
      recipe: Recipe(
        model: "wrn_10_1", epochs: epochs, batchSize: 16, learningRate: learningRate, seed: 3, threads: 1))
  }

  /// Worker processes of the program beside these tests.
  private static func processes(
    _ configuration: SearchConfiguration, images: PackedImages? = nil,
    onProgress: @escaping @Sendable (Double) -> Void = { _ in }
  ) throws -> WorkerExecutor {
    let folder = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    let launcher = ProcessLauncher(
      command: [folder.path + "/pba", "worker"], devices: configuration.device.devices)
    return WorkerExecutor(
      launcher: launcher, limits: WorkerLimits(retries: 0), onProgress: { onProgress($1) }
    ) { slot in
      .network(
        NetworkWork(search: configuration, device: launcher.device(ofSlot: slot), images: images))
    }
  }

  private static let anyWork = WorkerConfiguration.trainer(
    TrainerWork(file: "/t.py", settings: .object([:]), epochs: 4, device: .cpu))

  @Test func theSimulatedExecutorKeepsIt() throws {
    try ExecutorContract(SimulatedExecutor(seed: 1, heedsStop: true)).check()
    try ExecutorContract.checkFailure(of: SimulatedExecutor(seed: 1, failing: { _ in true }))
  }

  @Test func trainingInThisProcessKeepsIt() throws {
    let data = try loadDataset(Self.configuration().data)
    try ExecutorContract(TrainingExecutor(Self.configuration(), data: data)).check()
    try ExecutorContract.checkFailure(
      of: TrainingExecutor(Self.configuration(learningRate: 1e30), data: data))
  }

  @Test func simulatedWorkersKeepIt() throws {
    let executor = WorkerExecutor(launcher: ScriptedLauncher()) { _ in Self.anyWork }
    try ExecutorContract(executor).check()
    executor.finish()
  }

  @Test func workerProcessesKeepIt() throws {
    let executor = try Self.processes(Self.configuration())
    defer { executor.finish() }
    try ExecutorContract(executor).check()
    let diverging = try Self.processes(Self.configuration(learningRate: 1e30))
    defer { diverging.finish() }
    try ExecutorContract.checkFailure(of: diverging)
  }

  @Test func aSegmentIsStoppedInItsMidst() throws {
    let configuration = Self.configuration(epochs: 500)
    let data = try loadDataset(configuration.data)
    try ExecutorContract.checkStop(inMidstOf: 0..<500) { onProgress in
      try TrainingExecutor(configuration, data: data) { _ in onProgress() }
    }
    var workers: WorkerExecutor?
    defer { workers?.finish() }
    try ExecutorContract.checkStop(inMidstOf: 0..<500) { onProgress in
      let executor = try Self.processes(configuration) { if $0 > 0 { onProgress() } }
      workers = executor
      return executor
    }
  }

  @Test func aWorkerTrainsWhatThisProcessTrains() throws {
    let there = try Self.processes(Self.configuration())
    defer { there.finish() }
    try Self.checkThatItTrainsWhatThisProcessTrains(there)
  }

  /// The worker is sent the images: it finds no dataset.
  @Test func aWorkerTrainsOnImagesThatItIsSent() throws {
    try withTemporaryFolder { folder in
      var (configuration, images) = try Self.packed(in: folder)
      configuration.data.dataset = "folder:/nowhere"
      let there = try Self.processes(configuration, images: images)
      defer { there.finish() }
      try Self.checkThatItTrainsWhatThisProcessTrains(there)
    }
  }

  @Test func aWorkerRefusesImagesThatHaveChangedOnTheWay() throws {
    try withTemporaryFolder { folder in
      let (configuration, images) = try Self.packed(in: folder)
      let other = PackedImages(file: images.file, digest: String(repeating: "1", count: 64))
      let executor = try Self.processes(configuration, images: other)
      defer { executor.finish() }
      let text = message(of: WorkerError.self) { try executor.begin() }
      #expect(text.contains("cannot serve: \(images.file): found the digest"), "\(text)")
    }
  }

  /// The search of these tests with the digest of its images, and those in a file.
  static func packed(in folder: String) throws -> (SearchConfiguration, PackedImages) {
    var configuration = Self.configuration()
    let data = try loadDataset(configuration.data)
    let digest = data.digest()
    configuration.imageDigest = digest
    return (configuration, try PackedImages(data, origin: digest, writingTo: folder + "/images"))
  }

  /// A segment gives the same bytes in this process and elsewhere.
  static func checkThatItTrainsWhatThisProcessTrains(_ there: any SegmentExecutor) throws {
    let configuration = Self.configuration()
    let here = try TrainingExecutor(configuration, data: loadDataset(configuration.data))
    try withTemporaryFolder { folder in
      var outcomes: [SegmentMetrics] = []
      for (name, executor) in [("here", here), ("there", there)] as [(String, any SegmentExecutor)] {
        let request = SegmentRequest(
          key: SegmentKey(SegmentPlace(generation: 0, trial: 1)), seed: 3, epochs: 0..<2, isLast: false,
          policy: .searchStart, parentCheckpoint: nil, checkpoint: "\(folder)/\(name)", slot: 0)
        guard case .trained(let metrics) = try executor.run(request, stop: StopFlag()) else { continue }
        outcomes.append(metrics)
      }
      #expect(outcomes.count == 2)
      #expect(outcomes.first?.score == outcomes.last?.score)
      #expect(outcomes.first?.trainLoss == outcomes.last?.trainLoss)
      #expect(outcomes.last?.times?.slot == 0)
      let files = ["here", "there"].map { FileManager.default.contents(atPath: "\(folder)/\($0)") }
      #expect(files[0] != nil && files[0] == files[1])
    }
  }

  @Test func aWorkerRefusesOtherImages() throws {
    var configuration = Self.configuration()
    configuration.imageDigest = String(repeating: "0", count: 64)
    let executor = try Self.processes(configuration)
    defer { executor.finish() }
    let text = message(of: WorkerError.self) {
      try executor.run(
        SegmentRequest(
          key: SegmentKey(SegmentPlace(generation: 0, trial: 0)), seed: 3, epochs: 0..<1, isLast: false,
          policy: .searchStart, parentCheckpoint: nil, checkpoint: "/nowhere", slot: 0), stop: StopFlag())
    }
    #expect(text.contains("cannot serve: bundled: found images with the digest"), "\(text)")
    #expect(text.contains("expected those of the search, 000000000000"), "\(text)")
  }
}
