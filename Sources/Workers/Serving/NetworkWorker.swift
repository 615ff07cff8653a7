import Datasets
import Files
import Foundation
import Search
import Text
import Threads
import Torch
import Training

/// A worker that trains the networks of this program: the other side of ``WorkerExecutor``.
public struct NetworkWorker: Sendable {
  private let name: String
  private let channel: WorkerChannel
  private let desk = WorkerDesk()

  /// Deep networks make deep recursions of their gradients.
  private static let stackSize = 64 << 20
  /// How often is looked whether the coordinator is still there.
  private static let milliseconds: Int32 = 250

  /// Takes over the channels of this process.
  ///
  /// - Parameter name: the name and version that it is called by.
  /// - Throws: `POSIXError` where the system refuses.
  public init(name: String) throws {
    self.name = name
    channel = try WorkerChannel()
  }

  /// Serves until the coordinator has no more segments, or is gone; then it ends the process.
  public func serve() -> Never {
    let parent = getppid()
    do {
      try SystemThread.start(stackSize: Self.stackSize) { train() }
    } catch {
      leave("\(error)")
    }
    var lines = LineBuffer(longest: WorkerProtocol.longestLine)
    while channel.receive(into: &lines, withinMilliseconds: Self.milliseconds), getppid() == parent {
      do {
        while let line = try lines.next() { try take(line) }
      } catch let error as LineBuffer.TooLong {
        leave("found a line of more than \(error.longest) bytes")
      } catch {
        leave("\(error)")
      }
    }
    endWithGroup()
  }

  // MARK: - Listening

  private func take(_ line: String) throws {
    switch try CoordinatorMessage.read(line) {
    case .stop(let key): desk.stop(key)
    case .quit: _exit(0)
    case .bye(let farewell):
      FileHandle.standardError.write(Data("Error: \(printable(farewell.reason))\n".utf8))
      _exit(1)
    case .welcome(let welcome): desk.add(.welcome(welcome))
    case .run(let request): desk.add(.run(request))
    case nil: break
    }
  }

  /// Says why this worker cannot serve, and ends it.
  private func leave(_ reason: String) -> Never {
    channel.send(.bye(Farewell(reason: reason)))
    _exit(1)
  }

  /// Ends the process when its coordinator is gone, in the middle of a step with all that belongs to it.
  private func endWithGroup() -> Never {
    if desk.isTraining, getpgrp() == getpid() { kill(0, SIGKILL) }
    _exit(0)
  }

  // MARK: - Training

  /// What the thread that trains does.
  private func train() {
    channel.send(.hello(WorkerHello(worker: name, pid: Int(getpid()), host: Self.host)))
    guard case .welcome(let welcome) = desk.next() else {
      leave("found a segment before the welcome")
    }
    guard WorkerProtocol.versions.contains(welcome.version) else {
      leave("protocol \(WorkerProtocol.spoken) is spoken here, found \(welcome.version)")
    }
    let executor: TrainingExecutor
    let meter: SegmentMeter
    do {
      try sendSignsOfLife(every: welcome.heartbeat)
      (executor, meter) = try prepare(welcome)
    } catch {
      leave("\(error)")
    }
    channel.send(.ready)
    while true {
      guard case .run(let request) = desk.next() else { leave("found a second welcome") }
      let stop = desk.begin(request.key)
      meter.begin(request)
      channel.send(run(request, by: executor, stop))
      desk.end()
    }
  }

  private func sendSignsOfLife(every heartbeat: Double) throws {
    try SystemThread.start { [channel] in
      while true {
        usleep(UInt32(heartbeat / 4 * 1_000_000))
        if channel.silence >= heartbeat / 2 { channel.send(.alive) }
      }
    }
  }

  /// Loads the images and what else a search needs.
  private func prepare(_ welcome: WorkerWelcome) throws -> (TrainingExecutor, SegmentMeter) {
    guard case .network(let work) = welcome.configuration else {
      throw WorkerRefusal("found a trainer to run, expected a search of networks")
    }
    try Runtime.load()
    var search = work.search
    search.device = DeviceList(work.device)
    let data = try Self.images(of: work)
    let meter = SegmentMeter(
      imagesPerEpoch: search.recipe.imagesPerEpoch(of: data), evaluatedImages: data.validation.count,
      shortestTime: welcome.progress
    ) { [channel] in channel.send(.progress($0)) }
    return (try TrainingExecutor(search, data: data) { meter.add($0) }, meter)
  }

  /// The images that were sent, or those of the dataset; others than those of the search are an error.
  private static func images(of work: NetworkWork) throws -> DatasetSplits {
    let search = work.search
    if let sent = work.images {
      return try sent.splits(of: search.imageDigest)
    }
    let data = try loadDataset(search.data)
    let digest = data.digest()
    if let expected = search.imageDigest, expected != digest {
      throw WorkerRefusal(
        "\(search.data.place): found images with the digest \(digest.prefix(12))…, expected those of the search,"
          + " \(expected.prefix(12))…; have the same images where the worker runs")
    }
    return data
  }

  /// Trains a segment and says how it ended.
  private func run(
    _ request: SegmentRequest, by executor: TrainingExecutor, _ stop: StopFlag
  ) -> WorkerMessage {
    func failed(_ kind: SegmentFailure.Kind, _ reason: String) -> WorkerMessage {
      .failed(SegmentFailure(key: request.key, kind: kind, reason: reason))
    }
    // What is sent as written must be whole, so it gets its name when it is.
    var attempt = request
    attempt.checkpoint = TemporaryName.path(for: request.checkpoint)
    do {
      guard FileKind(at: request.checkpoint) == nil else {
        return failed(.fenced, "\(request.checkpoint) is there already")
      }
      switch try executor.run(attempt, stop: stop) {
      case .notFinite(let reason): return failed(.notFinite, reason)
      case .trained(let metrics) where !metrics.isFinite:
        try AtomicFile.remove(attempt.checkpoint)
        return failed(.notFinite, "a figure of its result is not a number")
      case .trained(let metrics):
        let digest = try FileDigest(ofFile: attempt.checkpoint)
        try AtomicFile.publish(attempt.checkpoint, as: request.checkpoint)
        return .done(
          SegmentDone(
            key: request.key, score: metrics.score,
            metrics: [
              SegmentDone.trainLoss: metrics.trainLoss, SegmentDone.trainAccuracy: metrics.trainAccuracy,
            ].compactMapValues { $0 },
            digest: digest.sha256, size: digest.size, seconds: metrics.seconds, times: metrics.times))
      }
    } catch {
      try? AtomicFile.remove(attempt.checkpoint)
      if error is WorkStopped { return failed(.stopped, "it was asked to stop") }
      return failed(SegmentFailure.Kind(of: error), "\(error)")
    }
  }

  private static var host: String {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return "" }
    return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}

extension SegmentFailure.Kind {
  /// What kind of failure an error of a training with networks of this program is.
  ///
  /// Files and start checkpoints may be another machine's fault, so these are tried again.
  package init(of error: any Error) {
    switch error {
    case is FileError, TrainingError.checkpoint: self = .fenced
    case let error as TorchError where error.isAboutMemory: self = .memory
    default: self = .user
    }
  }
}

extension TorchError {
  /// Whether it says that memory is used up; libtorch has no other sign of it than its words.
  fileprivate var isAboutMemory: Bool {
    ["out of memory", "can't allocate memory", "not enough memory"].contains { description.contains($0) }
  }
}

/// Why a worker cannot serve.
private struct WorkerRefusal: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
