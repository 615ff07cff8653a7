import Files
import RunStore
import Search
import TestSupport
import Testing
import Text
import Torch
import Training
import Workers

/// How long a worker may be silent or without progress, which lines it may send, and which GPU it sees.
@Suite struct LimitTests {
  private func clock(progress: String? = nil, segment: String? = nil, heartbeat: Double = 2) -> AttemptClock {
    AttemptClock(
      WorkerLimits(
        progress: progress.flatMap { TimeSpan($0) }, segment: segment.flatMap { TimeSpan($0) },
        heartbeat: heartbeat))
  }

  @Test func silenceIsALimit() {
    var clock = clock()
    for _ in 0..<80 { clock.waited(0.25, slice: 0.25) }
    #expect(clock.excess == nil)
    clock.waited(0.25, slice: 0.25)
    #expect(clock.excess == "was silent for 20 s")
    clock.heard()
    #expect(clock.excess == nil)
    #expect(WorkerLimits(heartbeat: 5).silence == 50 && WorkerLimits(heartbeat: 0.1).silence == 20)
  }

  @Test func progressAndTheWholeAreLimits() {
    var clock = clock(progress: "1m", segment: "2m")
    for second in 1...61 {
      clock.heard()
      clock.waited(1, slice: 1)
      #expect(clock.excess == (second > 60 ? "reported no progress for 1m" : nil))
    }
    clock.advanced()
    #expect(clock.excess == nil)
    for second in 62...121 {
      clock.heard()
      clock.advanced()
      clock.waited(1, slice: 1)
      #expect(clock.excess == (second > 120 ? "took longer than 2m" : nil))
    }
  }

  @Test func loadingMayTakeItsTimeWhereItIsNotSilent() {
    let limits = WorkerLimits(progress: TimeSpan("1m"), segment: TimeSpan("2m"))
    var clock = AttemptClock(limits.ofLoading)
    for _ in 0..<600 {
      clock.waited(1, slice: 1)
      clock.heard()
    }
    #expect(clock.excess == nil && clock.total == 600)
    for _ in 0..<21 { clock.waited(1, slice: 1) }
    #expect(clock.excess == "was silent for 20 s")
  }

  /// Where this process is stopped for an hour and continued, the worker was not silent for an hour.
  @Test func theTimeInWhichNobodyListenedDoesNotCount() {
    var clock = clock()
    clock.waited(3600, slice: 0.25)
    #expect(clock.excess == nil)
  }

  @Test func aRequestToStopIsALimit() {
    var clock = clock()
    clock.waited(15, slice: 15)
    #expect(!clock.ignoresStop)
    clock.stopRequested()
    clock.waited(9, slice: 9)
    #expect(!clock.ignoresStop)
    clock.waited(2, slice: 2)
    #expect(clock.ignoresStop)
  }

  @Test func manyWorkersReportLessOften() {
    var settings = WorkerSettings()
    #expect(settings.limits.report == 0.1)
    settings.workers = 1000
    #expect(settings.limits.report == 1)
  }

  @Test func bytesBecomeLines() throws {
    var buffer = LineBuffer(longest: 10)
    buffer.append(Array("ab\n\ncd".utf8))
    #expect(try buffer.next() == "ab")
    #expect(try buffer.next() == "")
    #expect(try buffer.next() == nil)
    buffer.append(Array("e\nü\n".utf8))
    #expect(try buffer.next() == "cde")
    #expect(try buffer.next() == "ü")
    #expect(try buffer.next() == nil && buffer.takeRest() == nil)
    buffer.append(Array("123456789".utf8))
    #expect(try buffer.next() == nil)
    buffer.append(Array("\nrest".utf8))
    #expect(try buffer.next() == "123456789")
    #expect(buffer.takeRest() == "rest")
  }

  @Test(arguments: ["1234567890", "1234567890\n", "12345678901234567890\nab"])
  func aLineIsNotTooLong(text: String) {
    var buffer = LineBuffer(longest: 10)
    buffer.append(Array("x\n".utf8))
    #expect(throws: Never.self) { try buffer.next() }
    buffer.append(Array(text.utf8))
    #expect(throws: LineBuffer.TooLong.self) { try buffer.next() }
  }

  @Test func aLongLineIsCutForPeople() {
    var buffer = LineBuffer(longest: 4)
    buffer.append(Array("abcdefghij\nk\n".utf8))
    var pieces: [String] = []
    while let piece = buffer.nextPiece() { pieces.append(piece) }
    #expect(pieces == ["abcd", "efgh", "ij", "k"])
  }

  @Test func ofALineThatIsWrittenAgainTheLastIsShown() {
    var buffer = LineBuffer(longest: 8)
    buffer.append(Array("\r1%\r2%\r3%\r4%\r5%".utf8))
    #expect(buffer.nextPiece() == nil)
    buffer.append(Array("\r6%\nx\r\n".utf8))
    #expect(buffer.nextPiece() == "6%")
    #expect(buffer.nextPiece() == "x")
    #expect(buffer.nextPiece() == nil)
    buffer.append(Array("7%\r".utf8))
    #expect(buffer.nextPiece() == nil && buffer.takeRestPiece() == "7%")
  }

  @Test func lossesInARowAreWaitedForLongerEachTime() {
    let limits = WorkerLimits()
    #expect((1...4).map { limits.pause(afterLosses: $0) } == [0.1, 0.2, 0.4, 0.8])
    #expect(limits.pause(afterLosses: 19) == 10 && WorkerLimits(longestPause: 0).pause(afterLosses: 3) == 0)
  }

  @Test func theHighestVersionThatBothKnowIsSpoken() {
    let ours = WorkerProtocol.versions
    #expect(WorkerProtocol.version(with: 1...9) == ours.upperBound)
    #expect(WorkerProtocol.version(with: 1...1) == 1)
    #expect(WorkerProtocol.version(with: ours.upperBound + 1...ours.upperBound + 2) == nil)
  }

  /// One thread of a worker listens while the other may not have begun.
  @Test func aRequestToStopMayComeBeforeItsSegmentBegins() {
    let (desk, key) = (WorkerDesk(), SegmentKey(SegmentPlace(generation: 0, trial: 1)))
    desk.stop(key)
    #expect(desk.begin(key).isRequested)
    desk.end()
    #expect(!desk.begin(SegmentKey(key.place, attempt: 2)).isRequested)
  }

  @Test func whatIsNoFaultOfTheTrainingIsTriedAgain() {
    func kind(_ error: any Error) -> SegmentFailure.Kind { SegmentFailure.Kind(of: error) }
    #expect(kind(FileError(path: "/c", action: "open", reason: "gone")) == .fenced)
    #expect(kind(TrainingError.checkpoint("of another network")) == .fenced)
    #expect(kind(TrainingError.batchTooLarge(batchSize: 2, images: 1)) == .user)
    for words in ["CUDA out of memory. Tried", "DefaultCPUAllocator: can't allocate memory: you"] {
      #expect(kind(TorchError("libtorch: " + words)) == .memory)
    }
    #expect(kind(TorchError("libtorch: misaligned memory address")) == .user)
  }

  @Test(arguments: [
    (Device.cpu, nil, nil, Device.cpu), (.cpu, "0,1", nil, .cpu), (.cuda(1), nil, "1", .cuda(0)),
    (.cuda(1), "5, 7", "7", .cuda(0)), (.cuda(0), "GPU-8a,GPU-9b", "GPU-8a", .cuda(0)), (.cpu, "", nil, .cpu),
  ])
  func aWorkerSeesTheGPUOfItsSlot(device: Device, list: String?, name: String?, seen: Device) throws {
    let visible = try VisibleDevice(device, among: list)
    #expect(visible.name == name && visible.device == seen)
  }

  /// The GPU of that number on the machine may be another's.
  @Test(arguments: [
    (0, "", "expected cpu, as CUDA_VISIBLE_DEVICES is '', which leaves no GPU"),
    (0, "-1", "expected cpu, as CUDA_VISIBLE_DEVICES is '-1', which leaves no GPU"),
    (2, "5,7", "expected one up to cuda:1, as CUDA_VISIBLE_DEVICES is '5,7'"),
    (1, "5,-1,7", "expected one up to cuda:0, as CUDA_VISIBLE_DEVICES is '5,-1,7'"),
  ])
  func aGPUThatIsNotInTheListIsAnError(index: Int, list: String, words: String) {
    let text = message(of: SettingError.self) { try VisibleDevice(.cuda(index), among: list) }
    #expect(text.contains("found cuda:\(index), \(words)"), "\(text)")
  }
}
