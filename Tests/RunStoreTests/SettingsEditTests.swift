import Files
import Foundation
import RunStore
import TestSupport
import Testing

@Suite struct SettingsEditTests {
  private let folder: TemporaryFolder
  private let text: String
  private var path: String { folder("run") }

  init() throws {
    folder = try TemporaryFolder()
    _ = try RunDirectory.open(folder("run"), configuration: Settings(), version: "1", resume: false)
    text = try #require(folder.text(of: "run/config.yaml"))
  }

  private func resumed() throws -> SettingsEdit? {
    try RunDirectory.open(path, configuration: Settings(), version: "1", resume: true).settingsEdit
  }

  @Test func anEditIsToldKeptAndUndone() throws {
    let edited = text.replacing("learningRate: 0.1", with: "learningRate: 0.5").replacing(
      "flip: true\n", with: "")
    try folder.write(edited, to: "run/config.yaml")
    let edit = try #require(try resumed())
    #expect(edit.differences.map(\.key) == ["flip", "learningRate"])
    #expect(edit.differences.map(\.requested) == [nil, "0.5"])
    #expect(
      edit.description
        == "\(path)/config.yaml was edited (flip: found none, the run has true; learningRate: found 0.5, the run has 0.1);"
        + " that has no effect, since a run keeps the settings of its journal; the file is restored, and the edited one is"
        + " now \(path)/config.edited.yaml")
    #expect(folder.text(of: "run/config.yaml") == text)
    #expect(folder.text(of: "run/config.edited.yaml") == edited)
    #expect(try resumed() == nil)
  }

  @Test func noEditIsLost() throws {
    for (number, name) in ["config.edited.yaml", "config.edited-2.yaml"].enumerated() {
      let edited = text.replacing("0.1", with: "0.\(number + 2)")
      try folder.write(edited, to: "run/config.yaml")
      #expect(try resumed()?.kept == "\(path)/\(name)")
      #expect(folder.text(of: "run/\(name)") == edited)
    }
    #expect(folder.text(of: "run/config.edited.yaml") == text.replacing("0.1", with: "0.2"))
  }

  @Test(arguments: ["dataset: [", "", "just words"]) func whatIsNotReadableIsKeptToo(broken: String) throws {
    try folder.write(broken, to: "run/config.yaml")
    #expect(try resumed()?.description.contains("it is not readable") == true)
    #expect(folder.text(of: "run/config.edited.yaml") == broken)
    #expect(folder.text(of: "run/config.yaml") == text)
  }

  @Test func commentsAreLeftAlone() throws {
    let commented = "# mine\n" + text
    try folder.write(commented, to: "run/config.yaml")
    #expect(try resumed() == nil)
    #expect(folder.text(of: "run/config.yaml") == commented)
  }

  @Test func aMissingFileIsWrittenAgain() throws {
    try FileManager.default.removeItem(atPath: path + "/config.yaml")
    #expect(try resumed() == nil)
    #expect(folder.text(of: "run/config.yaml") == text)
  }

  @Test func recordedSettingsHoldFromThenOn() throws {
    var changed = Settings()
    changed.trainSize = 5
    let run = try RunDirectory.open(path, configuration: Settings(), version: "1", resume: true)
    try run.finish()
    try run.record(changed)
    #expect(try run.isFinished)
    try run.record(changed, unfinished: true)
    #expect(try !run.isFinished)
    #expect(try RunDirectory.configuration(Settings.self, of: path) == changed)
    #expect(folder.text(of: "run/config.yaml")?.contains("trainSize: 5") == true)
  }
}
