import Files
import Foundation
import Policies
import RunStore
import Search
import TestSupport
import Threads
import Workers

/// A worker in this process that says what a function says; without one it trains as the simulated executor does.
final class ScriptedWorker: WorkerConnection, @unchecked Sendable {
  /// What it answers to a message, or how it is lost.
  typealias Script = @Sendable (CoordinatorMessage, ScriptedWorker) throws -> [String]

  let name: String
  private let script: Script
  // The lock guards the variables below, so sharing the object is safe.
  private let lock = ThreadLock()
  private var lines: [String]
  private var loss: WorkerLoss?
  private(set) var isKilled = false
  private(set) var heard: [CoordinatorMessage] = []

  init(_ name: String, greeting: [String], script: @escaping Script) {
    self.name = name
    self.script = script
    lines = greeting
  }

  func send(_ line: String) throws(WorkerLoss) {
    do {
      guard let message = try CoordinatorMessage.read(line) else { return }
      lock.withLock { heard.append(message) }
      let answers = try script(message, self)
      lock.withLock { lines += answers }
    } catch let loss as WorkerLoss {
      lock.withLock { self.loss = loss }
    } catch {
      throw WorkerLoss("\(error)")
    }
  }

  func receive(within seconds: Double) throws(WorkerLoss) -> String? {
    let (line, loss): (String?, WorkerLoss?) = lock.withLock {
      (lines.isEmpty ? nil : lines.removeFirst(), self.loss)
    }
    if let line { return line }
    if let loss { throw loss }
    // What a worker that is waited for would take, so that no limit takes its time here.
    usleep(UInt32(min(seconds, 0.002) * 1_000_000))
    return nil
  }

  /// Has the worker end after what it has said.
  func lose(_ loss: WorkerLoss) { lock.withLock { self.loss = loss } }

  func waitForEnd(within seconds: Double) -> Bool { true }
  func kill() { lock.withLock { isKilled = true } }

  /// The answer of a worker that trains as the simulated executor does.
  static func trained(_ request: SegmentRequest, seed: UInt64 = 1) throws -> SegmentDone {
    let executor = SimulatedExecutor(seed: seed)
    guard case .trained(let metrics) = try executor.run(request, stop: StopFlag()) else {
      throw MachineFailure()
    }
    let digest = try FileDigest(ofFile: request.checkpoint)
    return SegmentDone(
      key: request.key, score: metrics.score,
      metrics: ["train_loss": metrics.trainLoss ?? 0, "train_accuracy": metrics.trainAccuracy ?? 0],
      digest: digest.sha256, size: digest.size, seconds: metrics.seconds)
  }
}

/// Starts workers in this process; a function says what the worker of a number does, from 0.
final class ScriptedLauncher: WorkerLauncher, @unchecked Sendable {
  static let hello = #"{"t":"hello","protocol":[1,1],"worker":"scripted","pid":1,"host":"here"}"#

  private let make: @Sendable (_ number: Int, _ slot: Int) throws -> ScriptedWorker
  // The lock guards the variable, so sharing the object is safe.
  private let lock = ThreadLock()
  private var workers: [ScriptedWorker] = []

  init(make: @escaping @Sendable (_ number: Int, _ slot: Int) throws -> ScriptedWorker) {
    self.make = make
  }

  /// Starts workers that welcome, and answer to a segment by what a function says of the number of the request.
  convenience init(
    run: @escaping @Sendable (_ number: Int, SegmentRequest) throws -> [WorkerMessage] = { _, request in
      [.done(try ScriptedWorker.trained(request))]
    }
  ) {
    let runs = Counter()
    self.init { number, slot in
      ScriptedWorker("worker \(slot)", greeting: [Self.hello]) { message, _ in
        switch message {
        case .welcome: return [try WorkerMessage.ready.line()]
        case .run(let request): return try run(runs.next(), request).map { try $0.line() }
        case .stop(let key):
          return [try WorkerMessage.failed(SegmentFailure(key: key, kind: .stopped, reason: "")).line()]
        case .bye, .quit: return []
        }
      }
    }
  }

  var all: [ScriptedWorker] { lock.withLock { workers } }

  func launch(slot: Int, stop: StopFlag, isNeeded: () -> Bool) throws -> (any WorkerConnection)? {
    let worker = try make(all.count, slot)
    lock.withLock { workers.append(worker) }
    return worker
  }
}
