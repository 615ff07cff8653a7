import ArgumentParser
import Files
import Foundation
import Search
import Threads
import Workers

/// `pba-benchmark simulated-worker`: a worker that trains nothing, and takes a given time for it.
///
/// It speaks the protocol of workers as any other, reports progress, and writes checkpoint and score of `SimulatedTraining`.
struct SimulatedWorker: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulated-worker", abstract: "Be a worker that trains nothing.", shouldDisplay: false)

  @Option(help: "Seconds that a segment takes.")
  var seconds = 1.0

  func run() throws {
    func send(_ message: WorkerMessage) throws {
      try FileHandle.standardOutput.write(contentsOf: Data((message.line() + "\n").utf8))
    }
    try send(.hello(WorkerHello(worker: "simulated", pid: Int(getpid()), host: "")))
    var reports = 1
    while let line = readLine() {
      switch try CoordinatorMessage.read(line) {
      case .welcome(let welcome):
        reports = max(1, Int(seconds / welcome.progress))
        try send(.ready)
      case .run(let request):
        for report in 0..<reports {
          usleep(UInt32(seconds / Double(reports) * 1e6))
          try send(
            .progress(
              SegmentProgress(
                key: request.key, epoch: request.epochs.lowerBound, done: Double(report + 1),
                total: Double(reports))))
        }
        guard
          case .trained(let metrics) = try SimulatedTraining(seed: request.seed).run(
            request, stop: StopFlag())
        else { continue }
        let digest = try FileDigest(ofFile: request.checkpoint)
        try send(
          .done(
            SegmentDone(
              key: request.key, score: metrics.score, digest: digest.sha256, size: digest.size,
              seconds: seconds)))
      case .quit, .bye: return
      default: break
      }
    }
  }
}
