import Testing
import Text
import Torch
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

  @Test(arguments: [
    (Device.cpu, nil, nil, Device.cpu), (.cpu, "0,1", nil, .cpu), (.cuda(1), nil, "1", .cuda(0)),
    (.cuda(1), "5, 7", "7", .cuda(0)), (.cuda(0), "GPU-8a,GPU-9b", "GPU-8a", .cuda(0)),
    (.cuda(0), "", "0", .cuda(0)),
  ])
  func aWorkerSeesTheGPUOfItsSlot(device: Device, list: String?, name: String?, seen: Device) {
    let visible = VisibleDevice(device, among: list)
    #expect(visible.name == name && visible.device == seen)
  }
}
