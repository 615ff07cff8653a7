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

/// A queue whose work the CPU does at once; it counts what went through the host.
private final class PromptQueue: DeviceQueue {
  /// What the queues of a search were asked for.
  struct Counts: Sendable {
    var queues = Counter()
    var recordings = Counter()
    var replays = Counter()
  }

  let counts: Counts
  let device = Device.cpu
  let canRecord = true

  init(_ counts: Counts) {
    self.counts = counts
    _ = counts.queues.next()
  }

  func use<Result>(_ body: () throws -> Result) throws -> Result { try body() }
  func hostTensor(_ shape: [Int], _ type: DataType, channelsLast: Bool) throws -> Tensor {
    try Tensor.empty(shape, type, channelsLast: channelsLast)
  }
  func copy(_ host: Tensor, to tensor: Tensor) throws { try tensor.copy(from: host) }
  func perform(_ work: @escaping () throws -> Void) throws { try work() }
  func mark() throws -> any DeviceMark { Mark() }
  func record(_ work: @escaping () throws -> Void) throws -> any RecordedWork {
    _ = counts.recordings.next()
    return Work(body: work)
  }
  func replay(_ work: any RecordedWork) throws {
    _ = counts.replays.next()
    try (work as? Work)?.body()
  }
  func synchronize() throws {}

  private struct Mark: DeviceMark {
    func wait() throws {}
  }
  private struct Work: RecordedWork {
    let body: () throws -> Void
  }
}

/// Each segment on an executor that has nothing of those before it.
private struct ForgetfulExecutor: SegmentExecutor {
  let configuration: SearchConfiguration
  let data: DatasetSplits

  func run(_ segment: SegmentRequest, stop: StopFlag) throws -> SegmentOutcome {
    try TrainingExecutor(configuration, data: data, queue: { _ in PromptQueue(.init()) })
      .run(segment, stop: stop)
  }
}

/// Takes away a parent's file just before a segment starts from it, and puts it back afterwards.
private struct FilelessExecutor: SegmentExecutor {
  let executor: TrainingExecutor
  let hidden = Counter()

  func run(_ segment: SegmentRequest, stop: StopFlag) throws -> SegmentOutcome {
    guard let parent = segment.parentCheckpoint else { return try executor.run(segment, stop: stop) }
    let files = FileManager.default
    try files.moveItem(atPath: parent, toPath: parent + ".hidden")
    defer { try? files.moveItem(atPath: parent + ".hidden", toPath: parent) }
    _ = hidden.next()
    return try executor.run(segment, stop: stop)
  }
}

/// What a search leaves on a device between segments changes nothing but the way that weights take.
@Suite struct DeviceSearchTests {
  private let data: DatasetSplits
  private let configuration: SearchConfiguration

  init() throws {
    let selection = DataSelection("bundled", trainSize: 160, validationSize: 100)
    data = try loadDataset(selection)
    configuration = SearchConfiguration(
      data: selection, recipe: Recipe(model: "wrn_10_1", epochs: 6, batchSize: 32, seed: 4), population: 4,
      interval: 2, concurrency: .trials(1))
  }

  /// The results of a search but for the times in its metrics.
  private func untimed(_ name: String, _ folder: TemporaryFolder) throws -> [String: Data] {
    var files = try results(in: folder(name))
    let lines = try #require(files["metrics.jsonl"]).split(separator: UInt8(ascii: "\n"))
    let untimed = try lines.map { line in
      var object = try #require(JSONSerialization.jsonObject(with: line) as? [String: Any])
      #expect(object.removeValue(forKey: "seconds") != nil)
      return try JSONSerialization.data(withJSONObject: object, options: .sortedKeys)
    }
    #expect(untimed.count == 4 * 3)
    files["metrics.jsonl"] = Data(untimed.joined(separator: [UInt8(ascii: "\n")]))
    return files
  }

  private func executor(_ counts: PromptQueue.Counts = .init()) throws -> TrainingExecutor {
    try TrainingExecutor(configuration, data: data, queue: { _ in PromptQueue(counts) })
  }

  @Test func aSearchIsTheSameWithAndWithoutWhatStaysOnTheDevice() throws {
    let folder = try TemporaryFolder()
    try search(
      folder("forgetful"), configuration,
      executor: ForgetfulExecutor(configuration: configuration, data: data))
    let counts = PromptQueue.Counts()
    try search(folder("one"), configuration, executor: executor(counts))
    // One slot has one trainer, whose step is recorded once for the whole search.
    #expect(counts.queues.next() == 1)
    #expect(counts.recordings.next() == 1)
    // 4 trials, 6 epochs of 5 steps, of which three were done plainly.
    #expect(counts.replays.next() == 4 * 6 * 5 - 3)
    var several = configuration
    several.concurrency = .trials(4)
    try search(folder("several"), several, executor: executor())
    let expected = try untimed("forgetful", folder)
    #expect(expected.keys.contains("schedule.json"))
    #expect(try untimed("one", folder) == expected)
    #expect(try untimed("several", folder) == expected)
  }

  @Test func childrenStartFromWhatIsOnTheDevice() throws {
    let folder = try TemporaryFolder()
    let fileless = FilelessExecutor(executor: try executor())
    // A generation is trained by one slot in order, so the file is never missed by another segment.
    try search(folder("fileless"), configuration, executor: fileless)
    #expect(fileless.hidden.next() == 4 * 2)
    try search(folder("plain"), configuration, executor: executor())
    #expect(try untimed("fileless", folder) == untimed("plain", folder))
  }

  @Test func aSearchGoesOnFromTheFilesOfAnEarlierProcess() throws {
    let folder = try TemporaryFolder()
    try search(folder("whole"), configuration, executor: executor())
    let stop = StopFlag()
    let finished = Counter()
    #expect(throws: (any Error).self) {
      try search(folder("stopped"), configuration, executor: executor(), stop: stop) { event in
        if case .segmentFinished = event, finished.next() == 5 { stop.request() }
      }
    }
    try search(folder("stopped"), configuration, executor: executor(), resume: true)
    #expect(try untimed("stopped", folder) == untimed("whole", folder))
  }
}
