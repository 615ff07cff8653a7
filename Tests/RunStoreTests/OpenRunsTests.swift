import Foundation
import RunStore
import TestSupport
import Testing

@Suite struct OpenRunsTests {
  private func open(_ path: String, resume: Bool = false) throws -> RunDirectory {
    try RunDirectory.open(path, configuration: Settings(), version: "1", resume: resume)
  }

  @Test func aRunIsOpenedOnceAndShowsWhatItHoldsNow() throws {
    let folder = try TemporaryFolder()
    let path = folder("run")
    let runs = OpenRuns()
    let writer = try open(path)
    let reader = try runs.read(path)
    #expect(try runs.read(path) === reader)
    #expect(try !reader.isFinished)
    try writer.finish()
    #expect(try runs.read(path) === reader)
    #expect(try reader.isFinished)
    runs.close()
    #expect(try runs.read(path) !== reader)
    withExtendedLifetime(writer) {}
  }

  @Test func itIsOpenedAgainWhereAProcessBeginsOrEndsItsWork() throws {
    let folder = try TemporaryFolder()
    let path = folder("run")
    let runs = OpenRuns()
    var writer: RunDirectory? = try open(path)
    let first = try runs.read(path)
    _ = writer.take()
    let second = try runs.read(path)
    #expect(second !== first)
    #expect(try runs.read(path) === second)
    writer = try open(path, resume: true)
    #expect(try runs.read(path) !== second)
    withExtendedLifetime(writer) {}
  }

  @Test func anotherRunInTheSamePlaceIsAnother() throws {
    let folder = try TemporaryFolder()
    let path = folder("run")
    let runs = OpenRuns()
    try open(path).finish()
    #expect(try runs.read(path).isFinished)
    try FileManager.default.moveItem(atPath: path, toPath: folder("old"))
    #expect(throws: RunStoreError.noRun(path: path)) { try runs.read(path) }
    _ = try open(path)
    #expect(try !runs.read(path).isFinished)
  }
}
