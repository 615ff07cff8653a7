import Foundation
import Policies
import RunStore
import Search
import Synchronization
import Threads

/// What every executor of segments promises, to be checked with any of them.
///
///     try ExecutorContract(executor).check()
public struct ExecutorContract: Sendable {
  /// A promise that was not kept.
  public struct Breach: Error, CustomStringConvertible {
    /// Which one, and how.
    public let description: String
  }

  private let executor: any SegmentExecutor
  private let policies: [Policy]

  /// The contract of an executor whose segments end by themselves.
  public init(_ executor: any SegmentExecutor) throws {
    self.executor = executor
    policies = [.searchStart, try Policy(searchVector: (0..<60).map { $0 * 7 % 10 })]
  }

  /// Checks all promises.
  public func check() throws {
    try withTemporaryFolder { folder in
      try checkThatARequestDecides(folder)
      try checkSegmentsAtOnce(folder)
      try checkThatASegmentContinues(folder)
      try checkStop(folder)
      try checkThatNothingElseIsLeft(folder)
    }
  }

  private func require(_ holds: Bool, _ words: String) throws {
    if !holds { throw Breach(description: words) }
  }

  /// What a segment gives, without what depends on the machine.
  private struct Result: Equatable {
    let checkpoint: Data
    let score: Double
    let trainLoss: Double?
    let trainAccuracy: Double?
  }

  private func request(
    _ folder: String, trial: Int = 0, epochs: Range<Int> = 0..<1, policy: Int = 0, from start: String? = nil,
    attempt: Int = 1, slot: Int = 0
  ) -> SegmentRequest {
    let key = SegmentKey(
      SegmentPlace(generation: epochs.lowerBound, trial: trial), attempt: attempt)
    return SegmentRequest(
      key: key, seed: 3, epochs: epochs, isLast: false, policy: policies[policy], parentCheckpoint: start,
      checkpoint: "\(folder)/\(key.place.checkpointName()).\(UUID().uuidString).partial", slot: slot)
  }

  private func run(_ request: SegmentRequest, stop: StopFlag = StopFlag()) throws -> Result {
    guard case .trained(let metrics) = try executor.run(request, stop: stop) else {
      throw Breach(description: "\(request.key): failed")
    }
    guard let checkpoint = FileManager.default.contents(atPath: request.checkpoint) else {
      throw Breach(description: "\(request.key): no checkpoint at \(request.checkpoint)")
    }
    return Result(
      checkpoint: checkpoint, score: metrics.score, trainLoss: metrics.trainLoss,
      trainAccuracy: metrics.trainAccuracy)
  }

  private func checkThatARequestDecides(_ folder: String) throws {
    let first = try run(request(folder))
    let others = try [
      ("another place of the file", run(request(folder))),
      ("another attempt", run(request(folder, attempt: 4))),
      ("another slot", run(request(folder, slot: 1))),
    ]
    for (what, result) in others { try require(result == first, "\(what) changes the result") }
    try require(
      try run(request(folder, trial: 1)).checkpoint != first.checkpoint, "the trial changes nothing")
  }

  private func checkSegmentsAtOnce(_ folder: String) throws {
    let requests = (0..<6).map { request(folder, trial: $0, policy: $0 % 2, slot: $0 % 3) }
    let alone = try requests.map { try run(request(folder, trial: $0.trial, policy: $0.trial % 2)) }
    let threads = try WorkerThreads(requests, slots: 3) { request, slot in
      var request = request
      request.slot = slot
      return (request.trial, Swift.Result { try run(request) })
    }
    while let batch = threads.nextBatch() {
      for (trial, result) in batch {
        try require(try result.get() == alone[trial], "trial \(trial) differs where others train beside it")
      }
    }
  }

  private func checkThatASegmentContinues(_ folder: String) throws {
    let starts = [request(folder, policy: 0), request(folder, policy: 1)]
    for start in starts { _ = try run(start) }
    let before = starts.map { FileManager.default.contents(atPath: $0.checkpoint) }
    func child(of start: Int, slot: Int) throws -> Result {
      try run(request(folder, epochs: 1..<3, policy: 1, from: starts[start].checkpoint, slot: slot))
    }
    let first = try child(of: 0, slot: 0)
    let second = try child(of: 1, slot: 0)
    try require(first.checkpoint != second.checkpoint, "the start checkpoint changes nothing")
    try require(try child(of: 0, slot: 2) == first, "a child differs on another slot")
    try require(try child(of: 1, slot: 2) == second, "a child differs when it is trained again")
    try require(
      starts.map { FileManager.default.contents(atPath: $0.checkpoint) } == before,
      "a start checkpoint is not what it was")
  }

  private func checkStop(_ folder: String) throws {
    let expected = try run(request(folder, trial: 2))
    let stop = StopFlag()
    stop.request()
    do {
      _ = try executor.run(request(folder, trial: 2), stop: stop)
      throw Breach(description: "a request to stop changes nothing")
    } catch is WorkStopped {}
    try require(
      try run(request(folder, trial: 2)) == expected, "a segment differs after one that was stopped")
  }

  private func checkThatNothingElseIsLeft(_ folder: String) throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
    // The request that was stopped may have written a part.
    let partials = names.filter {
      $0.components(separatedBy: ".partial").count == 2 && $0.hasSuffix(".partial")
    }
    try require(partials.count == names.count, "other files are left: \(names)")
  }

  /// Checks that a segment that trains ends soon after a request to stop, and leaves no checkpoint.
  ///
  /// - Parameters:
  ///   - epochs: more than can be trained in a moment.
  ///   - make: makes the executor, which calls a function once the segment has advanced, now and then.
  /// - Throws: ``Breach``, and what the executor throws.
  public static func checkStop(
    inMidstOf epochs: Range<Int>,
    _ make: (_ onProgress: @escaping @Sendable () -> Void) throws -> any SegmentExecutor
  ) throws {
    let stop = StopFlag()
    let requested = Mutex<SuspendingClock.Instant?>(nil)
    let executor = try make {
      requested.withLock { $0 = $0 ?? .now }
      stop.request()
    }
    try withTemporaryFolder { folder in
      let contract = try ExecutorContract(executor)
      let request = contract.request(folder, epochs: epochs)
      do {
        _ = try executor.run(request, stop: stop)
        throw Breach(description: "a request to stop in the midst of a segment changes nothing")
      } catch is WorkStopped {}
      guard let start = requested.withLock({ $0 }) else {
        throw Breach(description: "it was stopped without being asked to")
      }
      let time = SuspendingClock.now - start
      try contract.require(time < .seconds(5), "it took \(time) to stop")
      try contract.require(
        FileManager.default.contents(atPath: request.checkpoint) == nil,
        "a segment that was stopped has a result"
      )
    }
  }

  /// Checks that a loss that is no number is a result, and that the executor serves afterwards.
  public static func checkFailure(of executor: any SegmentExecutor) throws {
    try withTemporaryFolder { folder in
      let contract = try ExecutorContract(executor)
      for attempt in 1...2 {
        let request = contract.request(folder, attempt: attempt)
        guard case .notFinite(let reason) = try executor.run(request, stop: StopFlag()), !reason.isEmpty
        else {
          throw Breach(description: "a loss that is no number is not reported")
        }
      }
    }
  }
}
