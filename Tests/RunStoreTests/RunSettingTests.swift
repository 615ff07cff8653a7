import Foundation
import RunStore
import TestSupport
import Testing

@Suite struct RunSettingTests {
  @Test func settingsStandInTheOrderOfTheirFileAndAreExact() throws {
    let folder = try TemporaryFolder()
    let run = try RunDirectory.open(
      folder("run"), configuration: Settings(), version: "1", resume: false)
    #expect(
      try run.settings().map(\.name) == [
        "dataset", "seed", "learningRate", "momentum", "flip", "label", "concurrency",
      ])
    #expect(try run.settings()["seed"]?.text == "18446744073709551615")
    #expect(try run.settings()["momentum"]?.text == "0.30000000000000004")
    #expect(try run.settings()["label"]?.text == "1e5")
    #expect(try run.settings().integer("concurrency") == 1)
    #expect(try run.settings()["trainSize"] == nil)
    // Without the file the journal is enough.
    try FileManager.default.removeItem(atPath: folder("run/config.yaml"))
    #expect(try run.settings().map(\.name).first == "concurrency")
    #expect(try run.settings().count == 7)
  }

  @Test func settingsOfGroupsStandSideBySide() throws {
    let folder = try TemporaryFolder()
    let run = try RunDirectory.open(
      folder("run"), configuration: GroupedSettings(), version: "1", resume: false)
    #expect(try run.settings().map(\.name) == ["dataset", "rate", "epochs", "last"])
  }

  @Test func theStateIsToldFromTheLockAndTheJournal() throws {
    let folder = try TemporaryFolder()
    var run: RunDirectory? = try RunDirectory.open(
      folder("run"), configuration: Settings(), version: "1", resume: false)
    let reader = try RunDirectory.read(folder("run"))
    #expect(try reader.state == .running(process: Int(ProcessInfo.processInfo.processIdentifier)))
    withExtendedLifetime(run) {}
    run = nil
    #expect(try reader.state == .stopped)
    run = try RunDirectory.open(folder("run"), configuration: Settings(), version: "1", resume: true)
    try run?.finish()
    #expect(try reader.state == .finished)
  }
}
