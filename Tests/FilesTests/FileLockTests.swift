import Files
import Foundation
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
}
