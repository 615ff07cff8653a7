import Datasets
import Foundation
import Policies
import RunStore
import Search
import Testing
import Threads
import Torch
import Workers

/// The examples of worker processes.
@Suite struct WorkerExampleTests {
  @Test func workerMessage() throws {
    let line = #"{"t":"ready"}"#
    let message = try WorkerMessage.read(line)  // nil for a line that is no message
    #expect(message == .ready)
  }

  @Test func workerExecutor() throws {
    let search = SearchConfiguration(data: DataSelection("bundled"))
    let launcher = ProcessLauncher(command: ["/nowhere/pba", "worker"], devices: [.cpu])
    @Sendable func work(ofSlot slot: Int) -> NetworkWork {
      NetworkWork(search: search, device: launcher.device(ofSlot: slot))
    }
    let executor = WorkerExecutor(launcher: launcher) { slot in .network(work(ofSlot: slot)) }
    defer { executor.finish() }
    let request = SegmentRequest(
      key: SegmentKey(SegmentPlace(generation: 0, trial: 0)), seed: 1, epochs: 0..<1, isLast: true,
      policy: .searchStart, parentCheckpoint: nil, checkpoint: "/nowhere/checkpoint", slot: 0)
    #expect(throws: (any Error).self) { try executor.run(request, stop: StopFlag()) }
  }
}
