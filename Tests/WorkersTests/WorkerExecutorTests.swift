import Foundation
import Policies
import RunStore
import Search
import TestSupport
import Testing
import Text
import Threads
import Torch
import Workers

/// What an executor does with workers that are lost, lie, or fail.
@Suite struct WorkerExecutorTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let work = WorkerConfiguration.trainer(
    TrainerWork(file: "/t.py", settings: .object([:]), epochs: 4, device: .cpu))

  private func request(trial: Int = 2, slot: Int = 0) -> SegmentRequest {
    SegmentRequest(
      key: SegmentKey(SegmentPlace(generation: 0, trial: trial)), seed: 3, epochs: 0..<2, isLast: false,
      policy: .searchStart, parentCheckpoint: nil, checkpoint: folder("c\(trial).partial"), slot: slot)
  }

  private func executor(
    _ launcher: ScriptedLauncher, limits: WorkerLimits = WorkerLimits(),
    onProgress: @escaping @Sendable (SegmentRequest, Double) -> Void = { _, _ in },
    onNote: @escaping @Sendable (String) -> Void = { _ in }
  ) -> WorkerExecutor {
    WorkerExecutor(launcher: launcher, limits: limits, onProgress: onProgress, onNote: onNote) { _ in
      Self.work
    }
  }

  private func failure(_ request: SegmentRequest, _ kind: SegmentFailure.Kind) -> WorkerMessage {
    .failed(SegmentFailure(key: request.key, kind: kind, reason: "r", traceback: "t.py:1\n  f()"))
  }

  @Test func aWorkerStaysFromOneSegmentToTheNext() throws {
    let launcher = ScriptedLauncher()
    let executor = executor(launcher)
    for trial in 0..<3 { _ = try executor.run(request(trial: trial), stop: StopFlag()) }
    _ = try executor.run(request(trial: 3, slot: 1), stop: StopFlag())
    #expect(launcher.all.map(\.name) == ["worker 0", "worker 1"])
    executor.finish()
    #expect(launcher.all.allSatisfy { $0.heard.last == .quit && $0.isKilled })
  }

  @Test func theFirstWorkerCanBeStartedBeforeItsSegment() throws {
    let launcher = ScriptedLauncher()
    let executor = executor(launcher)
    try executor.begin()
    #expect(launcher.all.map(\.name) == ["worker 0"])
    _ = try executor.run(request(), stop: StopFlag())
    #expect(launcher.all.count == 1)
    executor.finish()
  }

  /// As the loss of a worker that has a segment.
  @Test(arguments: [0, 1, 2]) func theFirstWorkerIsReplacedWhereItIsLost(retries: Int) throws {
    let launcher = ScriptedLauncher { number, slot in
      let worker = ScriptedWorker("worker \(slot)", greeting: number < 2 ? [] : [ScriptedLauncher.hello]) {
        message, _ in
        if case .welcome = message { return [#"{"t":"ready"}"#] }
        return []
      }
      if number < 2 { worker.lose(WorkerLoss("was killed")) }
      return worker
    }
    let executor = executor(launcher, limits: WorkerLimits(retries: retries))
    let text = message(of: WorkerError.self) { try executor.begin() }
    if retries == 2 {
      #expect(text == "no error, but ()" && launcher.all.count == 3)
    } else {
      #expect(
        text.contains("attempt \(retries + 1): worker 0 was killed") && launcher.all.count == retries + 1)
    }
    executor.finish()
  }

  @Test(arguments: [3, Int.max]) func lossesThatSayNothingDoNotCountWhereTheFirstWorkerIsLost(losses: Int)
    throws
  {
    let launcher = ScriptedLauncher { number, slot in
      let worker = ScriptedWorker("worker \(slot)", greeting: number < losses ? [] : [ScriptedLauncher.hello])
      {
        message, _ in
        if case .welcome = message { return [#"{"t":"ready"}"#] }
        return []
      }
      if number < losses { worker.lose(WorkerLoss("lost its node", counts: false)) }
      return worker
    }
    let notes = Collected<String>()
    let executor = executor(
      launcher, limits: WorkerLimits(retries: 0, longestPause: 0.001), onNote: { notes.add($0) })
    let text = message(of: WorkerError.self) { try executor.begin() }
    if losses == 3 {
      #expect(text == "no error, but ()" && launcher.all.count == 4)
      #expect(notes.all == [String](repeating: "worker 0 lost its node; trying again", count: 3))
    } else {
      #expect(
        text.contains("lost its node") && launcher.all.count == WorkerLimits.mostLossesInARow, "\(text)")
    }
    executor.finish()
  }

  @Test func figuresOfOtherNamesAreKept() throws {
    let launcher = ScriptedLauncher { _, request in
      var done = try ScriptedWorker.trained(request)
      done.metrics = ["train_loss": 1.5, "train_accuracy": 0.5, "f1": 0.25]
      return [.done(done)]
    }
    guard case .trained(let metrics) = try executor(launcher).run(request(), stop: StopFlag()) else {
      Issue.record("not trained")
      return
    }
    #expect(metrics.trainLoss == 1.5 && metrics.trainAccuracy == 0.5 && metrics.figures == ["f1": 0.25])
  }

  @Test func aLostWorkerIsReplacedUnderTheNextKey() throws {
    let requests = Collected<SegmentRequest>()
    let launcher = ScriptedLauncher { number, request in
      requests.add(request)
      if number == 0 {
        try Data("half".utf8).write(to: URL(fileURLWithPath: request.checkpoint))
        throw WorkerLoss("ended by signal 9 (Killed)")
      }
      return [.done(try ScriptedWorker.trained(request))]
    }
    let notes = Collected<String>()
    let outcome = try executor(launcher, onNote: { notes.add($0) }).run(request(), stop: StopFlag())
    guard case .trained(let metrics) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(metrics.trainLoss != nil && metrics.times?.training == metrics.seconds)
    #expect(requests.all.map(\.key.description) == ["0/2/1", "0/2/2"])
    #expect(Set(requests.all.map(\.checkpoint)).count == 2)
    #expect(launcher.all.count == 2 && launcher.all[0].isKilled && !launcher.all[1].isKilled)
    #expect(
      notes.all == [
        "trial 2, generation 1: worker 0 ended by signal 9 (Killed); trying again, attempt 2"
      ])
    // What the first one left is gone.
    #expect(try folder.names(in: "") == ["c2.partial"])
  }

  @Test func anIdleWorkerThatHasEndedIsReplacedWithoutAnAttempt() throws {
    let keys = Collected<String>()
    let launcher = ScriptedLauncher { _, request in
      keys.add(request.key.description)
      return [.done(try ScriptedWorker.trained(request))]
    }
    let executor = executor(launcher, limits: WorkerLimits(retries: 0))
    _ = try executor.run(request(trial: 0), stop: StopFlag())
    launcher.all[0].lose(WorkerLoss("ended with code 0"))
    _ = try executor.run(request(trial: 1), stop: StopFlag())
    #expect(keys.all == ["0/0/1", "0/1/1"])
    #expect(launcher.all.count == 2)
  }

  @Test func afterAllAttemptsTheErrorSaysWhatHappenedToEach() throws {
    let launcher = ScriptedLauncher { number, request in
      switch number {
      case 0: throw WorkerLoss("was silent for 20 s")
      case 1: return [failure(request, .memory)]
      default: return [failure(request, .fenced)]
      }
    }
    let text = message(of: WorkerError.self) { try executor(launcher).run(request(), stop: StopFlag()) }
    #expect(
      text == "all 3 attempts failed: attempt 1: worker 0 was silent for 20 s; "
        + "attempt 2: worker 0 had no memory left: r; attempt 3: worker 0 r")
    #expect(launcher.all.count == 3 && launcher.all.allSatisfy(\.isKilled))
  }

  @Test func aLossThatDoesNotCountIsNoAttempt() throws {
    let launcher = ScriptedLauncher { number, request in
      if number < 5 { throw WorkerLoss("lost its node", counts: false) }
      return [.done(try ScriptedWorker.trained(request))]
    }
    let limits = WorkerLimits(retries: 0, longestPause: 0)
    _ = try executor(launcher, limits: limits).run(request(), stop: StopFlag())
    #expect(launcher.all.count == 6)
  }

  @Test func lossesThatDoNotCountEndAtSomeTime() throws {
    let launcher = ScriptedLauncher { (_: Int, _: SegmentRequest) in
      throw WorkerLoss("lost its node", counts: false)
    }
    let limits = WorkerLimits(retries: 0, longestPause: 0)
    let text = message(of: WorkerError.self) {
      try executor(launcher, limits: limits).run(request(), stop: StopFlag())
    }
    #expect(
      text.hasPrefix("20 workers were lost in a row before they could train, the last one: worker 0 lost"))
    #expect(launcher.all.count == 20)
  }

  @Test func onlyAGreetingIsOne() throws {
    let launcher = ScriptedLauncher { _, slot in
      ScriptedWorker(
        "worker \(slot)", greeting: Array(repeating: #"{"t":"alive"}"#, count: 3) + [""]
      ) { _, _ in [] }
    }
    let text = message(of: WorkerError.self) {
      try executor(launcher, limits: WorkerLimits(retries: 0, greeting: 0.05)).run(
        request(), stop: StopFlag())
    }
    #expect(text == "the attempt failed: attempt 1: worker 0 did not greet within 0 s", "\(text)")
  }

  @Test func anErrorOfTheUsersEndsAtOnceWithItsFrames() throws {
    let launcher = ScriptedLauncher { _, request in [failure(request, .user)] }
    let notes = Collected<String>()
    let text = message(of: WorkerError.self) {
      try executor(launcher, onNote: { notes.add($0) }).run(request(), stop: StopFlag())
    }
    #expect(text == "t.py: r" && notes.all == ["t.py:1", "  f()"] && launcher.all.count == 1)
  }

  @Test func aLossThatIsNoNumberIsAResult() throws {
    let launcher = ScriptedLauncher { number, request in
      number == 0 ? [failure(request, .notFinite)] : [.done(try ScriptedWorker.trained(request))]
    }
    let executor = executor(launcher)
    #expect(try executor.run(request(), stop: StopFlag()) == .notFinite(reason: "r"))
    _ = try executor.run(request(), stop: StopFlag())
    #expect(launcher.all.count == 1)
  }

  @Test func onlyTheKeyThatWasGivenCounts() throws {
    let launcher = ScriptedLauncher { number, request in
      var other = try ScriptedWorker.trained(request)
      other.score = 77
      other.key = SegmentKey(request.key.place, attempt: 9)
      var earlier = failure(request, .user)
      if case .failed(var failure) = earlier {
        failure.key = SegmentKey(SegmentPlace(generation: 0, trial: 77))
        earlier = .failed(failure)
      }
      return [.alive, .done(other), earlier, .done(try ScriptedWorker.trained(request))]
    }
    guard case .trained(let metrics) = try executor(launcher).run(request(), stop: StopFlag()) else { return }
    #expect(metrics.score != 77 && launcher.all.count == 1)
  }

  @Test func aDigestThatTheCheckpointDoesNotHaveIsALoss() throws {
    let launcher = ScriptedLauncher { number, request in
      var done = try ScriptedWorker.trained(request)
      if number == 0 { done.size += 1 }
      return [.done(done)]
    }
    _ = try executor(launcher).run(request(), stop: StopFlag())
    #expect(launcher.all.count == 2)
  }

  @Test func progressIsAShareThatBeginsAgain() throws {
    let shares = Collected<Double>()
    let launcher = ScriptedLauncher { number, request in
      let half = WorkerMessage.progress(SegmentProgress(key: request.key, epoch: 1))
      let late = WorkerMessage.progress(
        SegmentProgress(key: SegmentKey(request.key.place, attempt: 7), epoch: 1))
      return number == 0
        ? [half, failure(request, .memory)] : [late, .done(try ScriptedWorker.trained(request))]
    }
    _ = try executor(launcher, onProgress: { shares.add($1) }).run(request(), stop: StopFlag())
    #expect(shares.all == [0, 0.5, 0, 1])
  }

  @Test func aRequestToStopReachesTheWorker() throws {
    let stop = StopFlag()
    let launcher = ScriptedLauncher { _, _ in
      stop.request()
      return []
    }
    let executor = executor(launcher)
    #expect(throws: WorkStopped.self) { try executor.run(request(), stop: stop) }
    let key = SegmentKey(SegmentPlace(generation: 0, trial: 2))
    #expect(launcher.all[0].heard.last == .stop(key) && !launcher.all[0].isKilled)
  }

  @Test func aWorkerThatDoesNotStopIsEnded() throws {
    let stop = StopFlag()
    let launcher = ScriptedLauncher { _, slot in
      ScriptedWorker("worker \(slot)", greeting: [ScriptedLauncher.hello]) { message, _ in
        if case .welcome = message { return [try WorkerMessage.ready.line()] }
        stop.request()
        return []
      }
    }
    let executor = executor(launcher, limits: WorkerLimits(stop: 0.05))
    #expect(throws: WorkStopped.self) { try executor.run(request(), stop: stop) }
    #expect(launcher.all[0].isKilled)
  }

  @Test(arguments: [
    (#"{"t":"bye","reason":"no torch"}"#, "worker 0 cannot serve: no torch"),
    (
      #"{"t":"hello","protocol":[2,3],"worker":"w","pid":1,"host":"h"}"#,
      "worker 0 speaks protocol 2 to 3, expected 1; install the same version of the program"
    ),
  ])
  func aWorkerThatCannotServeEndsTheSearch(greeting: String, reason: String) throws {
    let launcher = ScriptedLauncher { _, slot in
      ScriptedWorker("worker \(slot)", greeting: ["noise", greeting]) { _, _ in [] }
    }
    let text = message(of: WorkerError.self) { try executor(launcher).run(request(), stop: StopFlag()) }
    #expect(text == reason)
    #expect(launcher.all.count == 1 && launcher.all[0].isKilled)
  }

  @Test func aSearchByWorkersIsThatOfOneProcess() throws {
    func search(_ name: String, _ executor: any SegmentExecutor, slots: Int) throws -> [Data?] {
      let rules = SearchRules(
        population: 6, interval: 1, quantile: 0.34, burnIn: 0, asynchronous: false, startOrder: nil,
        epochs: 5, seed: 1)
      let run = try RunDirectory.open(
        folder(name), configuration: TinySettings(), version: "test", resume: false)
      _ = try Search(
        run: run, rules: rules, origin: ScheduleOrigin(name: "x", facts: [:]), concurrency: .trials(slots),
        executor: executor)()
      return ["schedule.json", "metrics.jsonl"].map {
        FileManager.default.contents(atPath: folder(name) + "/" + $0)
      }
    }
    // Two of three attempts are lost.
    let launcher = ScriptedLauncher { number, request in
      if request.key.attempt < 3 { throw WorkerLoss("lost") }
      return [.done(try ScriptedWorker.trained(request))]
    }
    let workers = try search("workers", executor(launcher), slots: 3)
    #expect(try search("one", SimulatedExecutor(seed: 1), slots: 1) == workers)
    #expect(workers.allSatisfy { $0 != nil })
  }

  private struct TinySettings: RunConfiguration {
    var population = 6
    var interval = 1
    var epochs = 5

    static let kind = RunKind.search
    var settingsWithoutEffect: Set<String> { [] }
  }
}
