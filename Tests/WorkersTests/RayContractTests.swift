import Datasets
import Foundation
import Search
import TestSupport
import Testing
import Threads
import Workers

/// A Ray cluster with room for two workers, by its address.
private let clusterAddress = ProcessInfo.processInfo.environment["PBA_TEST_RAY"]

/// Workers on a Ray cluster keep the contract of executors.
///
/// `Tests/ray/check_ray.py` starts a cluster and runs these tests on it, as not every machine has Ray.
@Suite(.serialized, .enabled(if: clusterAddress != nil, "not run: PBA_TEST_RAY names no cluster"))
struct RayContractTests {
  /// Workers on that cluster.
  private static func workers(
    _ configuration: SearchConfiguration, images: PackedImages? = nil,
    onProgress: @escaping @Sendable (Double) -> Void = { _ in }
  ) throws -> WorkerExecutor {
    let places = RayPlaces(try #require(clusterAddress), shipsImages: images != nil)
    let python = try PythonInterpreter()
    let launcher = RayLauncher(
      command: [python.path, "-m", "swift_pba.cluster.bridge", "--address", places.address], kind: .network,
      environment: python.variables)
    if let images { launcher.ship(images) }
    return WorkerExecutor(
      launcher: launcher, limits: WorkerLimits(retries: 0), onProgress: { onProgress($1) }
    ) { _ in
      .network(NetworkWork(search: configuration, device: places.device, images: launcher.images))
    }
  }

  @Test func workersOnAClusterKeepIt() throws {
    let executor = try Self.workers(ExecutorContractTests.configuration())
    defer { executor.finish() }
    try ExecutorContract(executor).check()
  }

  @Test func aLossThatIsNoNumberIsAResult() throws {
    let executor = try Self.workers(ExecutorContractTests.configuration(learningRate: 1e30))
    defer { executor.finish() }
    try ExecutorContract.checkFailure(of: executor)
  }

  @Test func aSegmentIsStoppedInItsMidst() throws {
    var workers: WorkerExecutor?
    defer { workers?.finish() }
    try ExecutorContract.checkStop(inMidstOf: 0..<500) { onProgress in
      let executor = try Self.workers(ExecutorContractTests.configuration(epochs: 500)) {
        if $0 > 0 { onProgress() }
      }
      workers = executor
      return executor
    }
  }

  @Test(arguments: [false, true]) func aClusterTrainsWhatThisProcessTrains(areImagesSent: Bool) throws {
    try withTemporaryFolder { folder in
      var (configuration, images) = try ExecutorContractTests.packed(in: folder)
      if areImagesSent { configuration.data.dataset = "folder:/nowhere" }
      let there = try Self.workers(configuration, images: areImagesSent ? images : nil)
      defer { there.finish() }
      try ExecutorContractTests.checkThatItTrainsWhatThisProcessTrains(there)
    }
  }

  @Test func imagesThatHaveChangedOnTheWayAreRefused() throws {
    try withTemporaryFolder { folder in
      let (configuration, images) = try ExecutorContractTests.packed(in: folder)
      let other = PackedImages(file: images.file, digest: String(repeating: "1", count: 64))
      let executor = try Self.workers(configuration, images: other)
      defer { executor.finish() }
      let text = message(of: WorkerError.self) { try executor.begin() }
      #expect(text.contains("images: found the digest"), "\(text)")
      #expect(text.contains("expected 111111111111…"), "\(text)")
    }
  }
}
