import Files
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

/// Workers behind a bridge: they are shared by all slots, and the bridge is replaced where it is lost.
@Suite struct RayLauncherTests {
  /// An executor behind a scripted bridge, with what it has said.
  private struct Setup {
    let folder: TemporaryFolder
    let launcher: RayLauncher
    let executor: WorkerExecutor
    let notes = Collected<String>()
    let log = Collected<String>()

    init(_ script: String, retries: Int = 0) throws {
      folder = try TemporaryFolder()
      let bridge = try ScriptedBridge(in: folder)
      launcher = RayLauncher(
        command: ["python3", bridge.path, "--address", script], kind: .trainer,
        environment: ProcessInfo.processInfo.environment,
        onErrorLine: { [log] in log.add("\($0): \($1)") },
        onNote: { [notes] in notes.add($0) })
      executor = WorkerExecutor(
        launcher: launcher, limits: WorkerLimits(retries: retries), onNote: { [notes] in notes.add($0) }
      ) { _ in .trainer(TrainerWork(file: "t.py", settings: .object([:]), epochs: 2, device: .cpu)) }
    }

    func segment(_ trial: Int) -> SegmentRequest {
      SegmentRequest(
        key: SegmentKey(SegmentPlace(generation: 0, trial: trial)), seed: 1, epochs: 0..<2, isLast: true,
        policy: Policy(entries: []), parentCheckpoint: nil, checkpoint: folder("\(trial).partial"),
        slot: trial)
    }
  }

  @Test func aWorkerTrainsTheSegmentsOfAllSlots() throws {
    let setup = try Setup("room-1")
    defer { setup.executor.finish() }
    #expect(try setup.launcher.connect(stop: StopFlag()).map(\.host) == ["far"])
    let workers = try WorkerThreads(Array(0..<4), count: 4) { trial in
      Result { try setup.executor.run(setup.segment(trial), stop: StopFlag()) }
    }
    var outcomes: [SegmentOutcome] = []
    while let batch = workers.nextBatch() { outcomes += try batch.map { try $0.get() } }
    workers.finish()
    #expect(outcomes.count == 4)
    for trial in 0..<4 { #expect(setup.folder.text(of: "\(trial).partial") == "0/\(trial)/1") }
    #expect(Set(setup.log.all.map { $0.prefix(3) }) == ["1: "])
  }

  @Test(arguments: ["node", "bridge"])
  func aLossThatSaysNothingAboutTheSegmentDoesNotCount(_ loss: String) throws {
    let setup = try Setup(loss)
    defer { setup.executor.finish() }
    _ = try setup.executor.run(setup.segment(0), stop: StopFlag())
    #expect(setup.folder.text(of: "0.partial") == "0/0/2")
    #expect(setup.notes.all.contains { $0.contains("lost its \(loss)") })
  }

  @Test(arguments: ["worker", "actor", "planet"]) func theLossOfAWorkerCounts(_ loss: String) throws {
    let setup = try Setup(loss)
    defer { setup.executor.finish() }
    #expect(throws: WorkerError.self) { try setup.executor.run(setup.segment(0), stop: StopFlag()) }
  }

  @Test func anOrderDoesNotWaitUntilTheBridgeSpeaks() throws {
    let setup = try Setup("silent")
    defer { setup.executor.finish() }
    let start = SuspendingClock.now
    for trial in 0..<30 { _ = try setup.executor.run(setup.segment(trial), stop: StopFlag()) }
    #expect(SuspendingClock.now - start < .seconds(10))
  }

  @Test func aWorkerWhoseLinesNobodyReadsIsReplaced() throws {
    let setup = try Setup("flood")
    defer { setup.executor.finish() }
    _ = try setup.executor.run(setup.segment(0), stop: StopFlag())
    while !setup.log.all.contains("1: has said too much") { usleep(1000) }
    _ = try setup.executor.run(setup.segment(1), stop: StopFlag())
    #expect(setup.folder.text(of: "1.partial")?.hasPrefix("0/1/") == true)
    #expect(setup.log.all.last?.hasPrefix("2: trains 0/1/") == true)
  }

  @Test func numbersThatNoNodeHasAreNotTaken() throws {
    let setup = try Setup("huge")
    defer { setup.executor.finish() }
    let nodes = try setup.launcher.connect(stop: StopFlag())
    #expect(nodes.map(\.cpus) == [0, 1_000_000] && nodes.map(\.gpus) == [1_000_000, 0])
    #expect(nodes.words == "2 nodes with 1000000 CPUs and 1000000 GPUs")
    for share in [1e-19, .leastNonzeroMagnitude, 1e300] {
      #expect(RayPlaces("auto", cpus: share).room(on: nodes) == (share < 1 ? 1_000_000 : 0))
    }
  }

  @Test func anErrorOfTheTrainingEndsWhatOnlyWaits() throws {
    let setup = try Setup("room-1-user")
    defer { setup.executor.finish() }
    let workers = try WorkerThreads(Array(0..<4), count: 4) { trial in
      Result { try setup.executor.run(setup.segment(trial), stop: StopFlag()) }
    }
    var failures: [any Error] = []
    while let batch = workers.nextBatch() {
      for result in batch { if case .failure(let error) = result { failures.append(error) } }
    }
    workers.finish()
    #expect(failures.count == 4)
    #expect(failures.count { $0 is WorkerError } == 1)
    #expect(setup.log.all.count == 1)
  }

  @Test func aBridgeThatCannotWorkSaysWhy() throws {
    let setup = try Setup("bye")
    defer { setup.executor.finish() }
    let words = message(of: RayError.self) { try setup.launcher.connect(stop: StopFlag()) }
    #expect(words == "Ray: no cluster here")
  }

  @Test func aSearchThatWaitsForANodeSaysSoAndCanBeStopped() throws {
    let setup = try Setup("room-0")
    defer { setup.executor.finish() }
    let stop = StopFlag()
    let workers = try WorkerThreads([0], count: 1) { _ in
      Result { try setup.executor.run(setup.segment(0), stop: stop) }
    }
    while setup.notes.all.isEmpty { usleep(1000) }
    #expect(setup.notes.all == ["Ray: the search waits: until a node has 1 CPU free"])
    stop.request()
    let outcomes = try #require(workers.nextBatch())
    workers.finish()
    #expect(throws: WorkStopped.self) { try outcomes[0].get() }
  }

  @Test func aPlaceHoldsAsManyWorkersAsItsScarcestPartAllows() {
    let nodes = [
      RayNode(id: "a", host: "a", cpus: 8, gpus: 1), RayNode(id: "b", host: "b", cpus: 3, gpus: 2),
    ]
    #expect(RayPlaces("auto").room(on: nodes) == 11)
    #expect(RayPlaces("auto", cpus: 1, gpus: 0.25).room(on: nodes) == 7)
    #expect(RayPlaces("auto", cpus: 2, gpus: 1).room(on: nodes) == 2)
    #expect(nodes.words == "2 nodes with 11 CPUs and 3 GPUs")
  }
}
