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
    let second = try shell("ls /proc/self/fd; echo end")
    var open: [String] = []
    while let name = try second.receive(within: 10), name != "end" { open.append(name) }
    // The three channels, and the folder that is listed.
    #expect(open.filter { ["0", "1", "2"].contains($0) }.count == 3)
    // While the second lives, the first sees the end of its input.
    let third = try shell("read line")
    first.closeInput()
    #expect(first.waitForEnd(within: 10))
    third.kill()
  }

  @Test func aProgramThatIsNotThereIsAnError() {
    let text = message(of: FileError.self) { try ChildProcess(["/nowhere/pba"], environment: [:]) }
    #expect(text.hasPrefix("/nowhere/pba: cannot start: No such file or directory"), "\(text)")
  }
}
