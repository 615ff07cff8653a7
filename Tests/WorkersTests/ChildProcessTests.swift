import Files
import Foundation
import TestSupport
import Testing
import Workers

/// A program beside this one: its lines, its end, and that nothing of it is left.
@Suite struct ChildProcessTests {
  private func shell(_ script: String, onErrorLine: @escaping @Sendable (String) -> Void = { _ in }) throws
    -> ChildProcess
  {
    try ChildProcess(
      ["/bin/sh", "-c", script], environment: ProcessInfo.processInfo.environment, onErrorLine: onErrorLine)
  }

  private func isThere(_ pid: pid_t) -> Bool { kill(pid, 0) == 0 }

  @Test func linesGoBothWays() throws {
    let process = try ChildProcess(["cat"], environment: ProcessInfo.processInfo.environment)
    // More than a pipe holds, so that both sides must read.
    let long = String(repeating: "ü", count: 200_000)
    for line in ["one", "", long] { try process.send(line) }
    for line in ["one", "", long] { #expect(try process.receive(within: 10) == line) }
    #expect(try process.receive(within: 0) == nil)
    process.closeInput()
    #expect(process.waitForEnd(within: 10))
  }

  @Test func theEndIsExplained() throws {
    let lines = Collected<String>()
    let process = try shell(
      "echo last; echo why >&2; printf '\\n' >&2; exit 3", onErrorLine: { lines.add($0) })
    #expect(try process.receive(within: 10) == "last")
    let loss = #expect(throws: WorkerLoss.self) { try process.receive(within: 10) }
    #expect(loss?.reason == "ended with code 3; its last line: why")
    #expect(lines.all == ["why", ""])
    let killed = try shell("kill -9 $$")
    let other = #expect(throws: WorkerLoss.self) { try killed.receive(within: 10) }
    #expect(other?.reason == "ended by signal 9 (Killed)")
  }

  @Test func writingToOneThatHasEndedIsALoss() throws {
    let process = try shell("exit 0")
    #expect(process.waitForEnd(within: 10))
    let loss = #expect(throws: WorkerLoss.self) {
      for _ in 0..<100 { try process.send("x") }
    }
    #expect(loss?.reason == "ended with code 0")
  }

  /// What is printed without pause does not keep the one who waits for a line.
  @Test func oneThatPrintsWithoutPauseIsNotWaitedForLonger() throws {
    let start = SuspendingClock.now
    let process = try shell("yes >&2")
    for _ in 0..<3 { #expect(try process.receive(within: 0.1) == nil) }
    process.kill()
    #expect(process.ending == .signal(SIGKILL))
    // Another that does so, in no group of ours, keeps the channel open.
    let left = try shell("setsid sh -c 'echo there; exec yes >&2' & read line; exit 4")
    #expect(try left.receive(within: 10) == "there")
    try left.send("end")
    let loss = #expect(throws: WorkerLoss.self) { while try left.receive(within: 10) == nil {} }
    #expect(loss?.reason.hasPrefix("ended with code 4") == true)
    #expect(SuspendingClock.now - start < .seconds(60))
  }

  @Test func whatNobodyTakesIsBounded() throws {
    let process = try shell("exec yes")
    let loss = #expect(throws: WorkerLoss.self) { try process.send(String(repeating: "x", count: 1 << 20)) }
    #expect(loss?.reason == "wrote more than 16 MiB before it read its input")
  }

  /// Its number may belong to another one by then.
  @Test func oneThatOthersHaveTakenNoteOfHasEnded() throws {
    let process = try shell("exit 3")
    var status: Int32 = 0
    while waitpid(process.pid, &status, 0) == -1, errno == EINTR {}
    #expect(process.waitForEnd(within: 10))
    let loss = #expect(throws: WorkerLoss.self) { try process.receive(within: 10) }
    #expect(loss?.reason == "has ended")
    process.kill()
    #expect(process.ending == .unknown)
  }

  @Test func ofABarOfProgressTheLastIsShown() throws {
    let lines = Collected<String>()
    let process = try shell(
      "printf '\\r 10%%\\r 20%%\\r100%%\\nwindows\\r\\n\\nhalf\\rrest' >&2", onErrorLine: { lines.add($0) })
    #expect(throws: WorkerLoss.self) { try process.receive(within: 10) }
    #expect(lines.all == ["100%", "windows", "", "rest"])
  }

  @Test func itsWholeGroupEnds() throws {
    let process = try shell("sleep 1000 & echo $!; wait")
    let child = try #require(try process.receive(within: 10).flatMap { pid_t($0) })
    #expect(getpgid(process.pid) == process.pid && getpgid(child) == process.pid && isThere(child))
    process.kill()
    process.kill()
    #expect(!isThere(process.pid))
    // Its parent is gone, so another process takes note of its end, a moment later.
    for _ in 0..<500 where isThere(child) && !isZombie(child) { usleep(10_000) }
    #expect(!isThere(child) || isZombie(child))
  }

  private func isZombie(_ pid: pid_t) -> Bool {
    let text = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
    return text.contains(") Z ")
  }

  @Test func noOtherChildHoldsItsPipes() throws {
    let first = try ChildProcess(["cat"], environment: [:])
    let second = try shell("for file in /proc/self/fd/*; do readlink $file; done; echo end")
    var open: Set<String> = []
    while let place = try second.receive(within: 10), place != "end" { open.insert(place) }
    let ofFirst = try Set(
      (0...2).map {
        try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(first.pid)/fd/\($0)")
      })
    #expect(ofFirst.count == 3 && ofFirst.allSatisfy { $0.hasPrefix("pipe:") })
    #expect(open.filter { $0.hasPrefix("pipe:") }.count >= 3 && open.isDisjoint(with: ofFirst), "\(open)")
    // While the second lives, the first sees the end of its input.
    let third = try shell("read line")
    first.closeInput()
    #expect(first.waitForEnd(within: 10))
    third.kill()
  }

  @Test func aProgramThatIsNotThereIsAnError() {
    let text = message(of: FileError.self) { try ChildProcess(["/nowhere/pba"], environment: [:]) }
    #expect(text.hasPrefix("/nowhere/pba: cannot start it: No such file or directory"), "\(text)")
  }
}
