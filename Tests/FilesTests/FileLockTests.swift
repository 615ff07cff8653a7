import Files
import Foundation
import TestSupport
import Testing

@Suite struct FileLockTests {
  @Test func whoHoldsALockIsToldWithoutTakingIt() throws {
    let folder = try TemporaryFolder()
    #expect(try FileLock.holder(folder: folder.path, file: "lock") == nil)
    #expect(try AtomicFile.names(in: folder.path).isEmpty)
    var lock: FileLock? = try FileLock(folder: folder.path, file: "lock")
    let holder = try FileLock.holder(folder: folder.path, file: "lock")
    #expect(holder?.process == Int(ProcessInfo.processInfo.processIdentifier))
    #expect(throws: FileLock.Held.self) { _ = try FileLock(folder: folder.path, file: "lock") }
    withExtendedLifetime(lock) {}
    lock = nil
    #expect(try FileLock.holder(folder: folder.path, file: "lock") == nil)
  }

  @Test func aFileWithOtherContentIsNoLock() throws {
    let folder = try TemporaryFolder()
    for text in ["notes", "12 13", String(repeating: "1", count: 40)] {
      try folder.write(text, to: "lock")
      #expect {
        _ = try FileLock(folder: folder.path, file: "lock")
      } throws: {
        "\($0)".hasSuffix(
          "lock: cannot take the lock: it is a file with other content; move it elsewhere, or name another folder"
        )
      }
      #expect(try String(contentsOfFile: folder("lock"), encoding: .utf8) == text)
    }
    for text in ["", "4711\n"] {
      try folder.write(text, to: "lock")
      _ = try FileLock(folder: folder.path, file: "lock")
    }
  }

  @Test func whoeverWaitsForALockGetsItWhenItIsGivenBack() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/lock"
    var first = try FileLock(waitingFor: path) { Issue.record("nobody else has it") }
    #expect(first != nil)
    let waiting = DispatchSemaphore(value: 0)
    let second = Thread {
      do {
        let lock = try? FileLock(waitingFor: path) { waiting.signal() }
        withExtendedLifetime(lock) {}
      }
      waiting.signal()
    }
    second.start()
    // Called once the other has found the lock taken.
    waiting.wait()
    first = nil
    waiting.wait()
    #expect(try FileLock(waitingFor: path) { Issue.record("it was given back") } != nil)
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)).isEmpty, "no text is written")
  }

  @Test func aLockThatNobodyCanMakeIsNone() throws {
    let folder = try TemporaryFolder()
    let name = folder.path + "/" + "lock"
    try #require(symlink("/nowhere", name) == 0)
    #expect(throws: FileError.self, "a link is not followed") {
      _ = try FileLock(waitingFor: name) {}
    }
  }
}
