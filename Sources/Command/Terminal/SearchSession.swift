import Augmentation
import Datasets
import Files
import Foundation
import Policies
import RunStore
import Search
import Text
import Threads
import Torch
import Workers

/// A search with its progress on standard error.
struct SearchSession {
  private let requested: AnySearchConfiguration
  private let path: String
  private let recorded: AnySearchConfiguration?
  private let writesTensorBoard: Bool
  private let stopTime: StopTime?
  private let ray: RayPlaces?

  /// - Parameters:
  ///   - configuration: the settings that were asked for.
  ///   - path: the folder of the run.
  ///   - recorded: the settings of the run in the folder, of the same kind, which is then resumed.
  ///   - tensorBoard: whether event files are written.
  ///   - stopTime: when to stop without a signal.
  ///   - ray: the cluster that it trains on; nil for this machine.
  init(
    _ configuration: AnySearchConfiguration, path: String, resuming recorded: AnySearchConfiguration? = nil,
    tensorBoard: Bool = false, stoppingAt stopTime: StopTime? = nil,
    ray: RayPlaces? = nil
  ) {
    requested = configuration
    self.path = path
    self.recorded = recorded
    writesTensorBoard = tensorBoard
    self.stopTime = stopTime
    self.ray = ray
  }

  /// Runs the search to its end.
  func callAsFunction() throws -> SearchResult {
    // Whatever can be wrong with the request is found before the run's folder is made.
    switch requested {
    case .network(let configuration):
      let recorded: SearchConfiguration? = if case .network(let found) = recorded { found } else { nil }
      return try run(NetworkSearch(configuration, path: path, resuming: recorded, ray: ray))
    case .trainer(let configuration):
      let recorded: TrainerConfiguration? = if case .trainer(let found) = recorded { found } else { nil }
      return try run(TrainerSearch(configuration, path: path, resuming: recorded, ray: ray))
    }
  }

  private func run(_ prepared: some PreparedSearch) throws -> SearchResult {
    defer { prepared.finish() }
    let configuration = prepared.configuration
    let interruption = try Interruption(stoppingAt: stopTime)
    let run = try prepared.open(stop: interruption.flag)
    printNote("settings of this search (kept in \(path)/config.yaml):")
    printNoteLines(try configuration.yaml().indented())
    let tensorBoard = writesTensorBoard ? try SearchTensorBoard(run, configuration.rules) : nil
    let progress = ProgressDisplay(
      total: try prepared.work.units(leftBy: SearchJournal(run)), unit: prepared.unit,
      unitSize: prepared.unitSize)
    let executor = try prepared.executor(progress)
    let standing = SearchStanding(configuration.rules, records: try SearchJournal(run).segmentsByArrival())
    let lines = SearchLines(
      progress, standing: standing, work: prepared.work, isAsynchronous: configuration.rules.asynchronous)
    progress.showNow()
    let search = Search(
      run: run, configuration: configuration,
      concurrency: ray == nil ? configuration.trialsAtOnce : configuration.trialsAtOnceOnCluster,
      executor: executor, stop: interruption.flag
    ) { event in
      tensorBoard?.take(event)
      lines.show(event)
    }
    defer { progress.finish() }
    return try withExtendedLifetime(interruption) { try search() }
  }
}

/// A search whose settings, and all that they name, were found to be usable.
protocol PreparedSearch {
  associatedtype Configuration: SearchSettings
  /// The settings with all that follows from what they name.
  var configuration: Configuration { get }
  /// What there is to do.
  var work: SearchWork { get }
  /// What is counted while it runs, such as images.
  var unit: String { get }
  /// How much of ``work`` one of them is.
  var unitSize: Int { get }

  /// Opens the run's folder and says what is to know about it.
  ///
  /// - Parameter stop: whether to stop.
  /// - Returns: the run.
  /// - Throws: what is wrong with the folder; `WorkStopped`.
  func open(stop: StopFlag) throws -> RunDirectory
  /// What trains the segments; it tells of its progress.
  func executor(_ progress: ProgressDisplay) throws -> any SegmentExecutor
  /// Ends what was started for the search.
  func finish()
}

/// A search with networks of this program.
final class NetworkSearch: PreparedSearch {
  private let prepared: PreparedRun<SearchConfiguration>
  private let ray: RayPlaces?
  private let cluster: RayLauncher?
  private var workers: WorkerExecutor?
  var configuration: SearchConfiguration { prepared.configuration }
  var unit: String { "images" }
  var unitSize: Int { 1 }

  /// Loads the images, says what may surprise about them, and connects to the cluster, if one is to train.
  init(
    _ requested: SearchConfiguration, path: String, resuming recorded: SearchConfiguration?,
    ray: RayPlaces? = nil
  ) throws {
    self.ray = ray
    prepared = try PreparedRun(requested, path: path, resuming: recorded)
    let (configuration, data) = (prepared.configuration, prepared.data)
    try configuration.requireUsable(data)
    cluster = try ray.map { try RayLauncher.connected(to: $0, kind: .network, python: PythonInterpreter()) }
    if recorded == nil {
      noteSurprises(
        of: configuration.recipe, policyCutout: configuration.largestCutout(on: data),
        space: configuration.space, on: data)
    }
  }

  /// The images that go through networks, in training and validation alike.
  var work: SearchWork {
    SearchWork(
      configuration.rules, unitsPerEpoch: configuration.recipe.imagesPerEpoch(of: prepared.data),
      unitsPerComparison: prepared.data.validation.count)
  }

  func open(stop: StopFlag) throws -> RunDirectory {
    let run = try prepared.open()
    if let cluster, let ray, ray.shipsImages, try !run.isFinished {
      cluster.ship(try pack(in: run, stop))
    }
    return run
  }

  /// Writes what the nodes are sent to the run's folder, which is cleared of it also after a kill.
  private func pack(in run: RunDirectory, _ stop: StopFlag) throws -> PackedImages {
    let size = try PackedImages.size(of: prepared.data)
    printNote("Ray: the images are sent to each node once, \(memorySize(size))")
    let progress = ProgressDisplay(total: size, unit: "MB", unitSize: 1_000_000)
    progress.setLabel("packing the images")
    defer { progress.finish() }
    return try PackedImages(
      prepared.data, origin: configuration.imageDigest ?? prepared.data.digest(),
      writingTo: TemporaryName.path(for: WorkingFolder.wholePath(run.path) + "/images")
    ) { count in
      if stop.isRequested { throw WorkStopped() }
      progress.advance(count)
    }
  }

  func executor(_ progress: ProgressDisplay) throws -> any SegmentExecutor {
    if let ray, let cluster {
      let workers = WorkerExecutor(configuration, on: cluster, ray, work: work, showingOn: progress)
      self.workers = workers
      return workers
    }
    guard configuration.workers.workers != nil else {
      return try TrainingExecutor(configuration, data: prepared.data) { progress.advance($0) }
    }
    let workers = try WorkerExecutor(configuration, work: work, showingOn: progress)
    self.workers = workers
    return workers
  }

  func finish() {
    workers?.finish()
    cluster?.finish()
    if let images = cluster?.images { try? AtomicFile.remove(images.file) }
  }
}

extension SearchConfiguration {
  /// The largest square that a learnt policy can remove from these images, as the length of its side in pixels.
  func largestCutout(on data: DatasetSplits) -> Int {
    let images = data.train.images
    let entries = rules.space.choices.map(\.operation).filter { $0.operation == .cutout }.flatMap { cutout in
      [0, cutout.magnitudes.upperBound].compactMap {
        try? PolicyEntry(cutout, probability: PolicyEntry.probabilityScale, magnitude: $0)
      }
    }
    return Policy(entries: entries).program()
      .scaled(by: recipe.pixelScale(width: images.width, height: images.height)).largestCutout
  }
}

/// Says so where a run was begun by another version of the program, or another libtorch is loaded than was built for.
func noteVersions(of run: RunDirectory) {
  if let loaded = Runtime.version, loaded != Runtime.builtVersion {
    printNote("libtorch \(loaded) is loaded, but this program was built for \(Runtime.builtVersion)")
  }
  if run.version != Version.text {
    printNote(
      "\(run.path) was begun with pba \(run.version), this is \(Version.text); what follows may differ from"
        + " what that version would have made")
  }
}

extension String {
  /// Every line with two spaces before it.
  func indented() -> String {
    split(separator: "\n").map { "  " + $0 }.joined(separator: "\n")
  }
}
