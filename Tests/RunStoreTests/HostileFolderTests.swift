import Files
import Foundation
import GRDB
import Policies
import RunStore
import TestSupport
import Testing

/// A folder that came from somebody else: nothing outside it is written, deleted or waited for.
@Suite(.timeLimit(.minutes(1))) struct HostileFolderTests {
  private static let files = [
    "run.sqlite", "run.sqlite-wal", "run.sqlite-shm", "run.sqlite-journal", "lock", "config.yaml",
    "metrics.jsonl", "schedule.json", "summary.json", "summary.csv",
  ]
  private static let folders = ["checkpoints", "trainings", "schedules"]

  enum Impostor: String, CaseIterable {
    case link, danglingLink, pipe, other

    /// What errors call it, in place of a file or of a folder.
    func words(inPlaceOf kind: FileKind) -> String {
      switch self {
      case .link, .danglingLink: FileKind.link.words
      case .pipe: FileKind.pipe.words
      case .other: (kind == .file ? FileKind.folder : .file).words
      }
    }
  }

  /// A begun run with an impostor, beside what a link leads to.
  private func makeRun(_ impostor: Impostor, inPlaceOf name: String, _ kind: FileKind) throws
    -> TemporaryFolder
  {
    let folder = try TemporaryFolder()
    do { _ = try open(folder("run")) }
    try FileManager.default.createDirectory(atPath: folder("victim"), withIntermediateDirectories: true)
    try folder.write("mine", to: "victim/file")
    try folder.write("mine", to: "victim/mine.safetensors")
    try folder.write("mine", to: "victim/mine.partial")
    try folder.write("mine", to: "victim/events.out.tfevents.1.pba")
    let place = folder("run/" + name)
    try? FileManager.default.removeItem(atPath: place)
    switch impostor {
    case .link:
      #expect(symlink(kind == .file ? folder("victim/file") : folder("victim"), place) == 0)
    case .danglingLink: #expect(symlink(folder("new"), place) == 0)
    case .pipe: #expect(mkfifo(place, 0o600) == 0)
    case .other:
      if kind == .folder {
        try folder.write("", to: "run/" + name)
      } else {
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
      }
    }
    return folder
  }

  private func open(_ path: String) throws -> RunDirectory {
    try RunDirectory.open(
      path, configuration: TrainSettings(), version: "1", resume: Folder.isThere(path))
  }

  private func expectUntouched(_ folder: TemporaryFolder) throws {
    #expect(
      try folder.names(in: "victim") == [
        "events.out.tfevents.1.pba", "file", "mine.partial", "mine.safetensors",
      ])
    for name in try folder.names(in: "victim") { #expect(folder.text(of: "victim/" + name) == "mine") }
    #expect(FileKind(at: folder("new")) == nil)
  }

  @Test(arguments: files + folders, Impostor.allCases)
  func whatIsNotTheRunsOwnIsRefused(name: String, impostor: Impostor) throws {
    let kind: FileKind = Self.files.contains(name) ? .file : .folder
    let folder = try makeRun(impostor, inPlaceOf: name, kind)
    for use in [
      { _ = try open(folder("run")) }, { _ = try RunDirectory.read(folder("run")) },
      { _ = try RunDirectory.configuration(TrainSettings.self, of: folder("run")) },
    ] {
      let error = #expect(throws: FileError.self, performing: use)
      #expect(error?.path == folder("run/" + name))
      #expect(error?.reason == "found \(impostor.words(inPlaceOf: kind)), expected \(kind.words)")
    }
    try expectUntouched(folder)
  }

  @Test(arguments: ["report.html", "tensorboard"], Impostor.allCases)
  func whatIsNotWrittenMayBeAnything(name: String, impostor: Impostor) throws {
    let folder = try makeRun(impostor, inPlaceOf: name, name == "tensorboard" ? .folder : .file)
    do { _ = try open(folder("run")) }
    _ = try RunDirectory.read(folder("run"))
    try expectUntouched(folder)
  }

  @Test(arguments: ["metrics.jsonl", "lock", "run.sqlite-wal", "run.sqlite-shm"])
  func anotherNameOfAFileKeepsWhatItHas(name: String) throws {
    let folder = try TemporaryFolder()
    try folder.write("mine\n", to: "victim")
    do { _ = try open(folder("run")) }
    try? FileManager.default.removeItem(atPath: folder("run/" + name))
    #expect(link(folder("victim"), folder("run/" + name)) == 0)
    let run = try open(folder("run"))
    try run.metrics.restore([["a": 1]])
    try run.metrics.append([["a": 2]])
    try run.finish()
    #expect(folder.text(of: "victim") == "mine\n")
  }

  @Test func aRunWithACopyMadeOfHardLinksGoesOn() throws {
    let folder = try TemporaryFolder()
    do { _ = try open(folder("begun")) }
    // An open journal has a log that is not merged yet.
    let queue = try DatabaseQueue(path: folder("begun/run.sqlite"))
    try queue.write { try $0.execute(sql: "PRAGMA user_version = 1") }
    let files = ["run.sqlite", "run.sqlite-wal", "config.yaml", "lock"]
    for place in ["run", "snapshot"] { try Folder.make(folder(place)) }
    for file in files {
      try FileManager.default.copyItem(atPath: folder("begun/" + file), toPath: folder("run/" + file))
      #expect(link(folder("run/" + file), folder("snapshot/" + file)) == 0)
    }
    try queue.close()
    let logSize = try #require(fileSize(at: folder("run/run.sqlite-wal")))
    #expect(logSize > 0)
    let bytes = try files.map { try readBytes(folder("snapshot/" + $0)) }
    do { try open(folder("run")).finish() }
    #expect(try RunDirectory.read(folder("run")).isFinished)
    #expect(try files.map { try readBytes(folder("snapshot/" + $0)) } == bytes)
    #expect(try !open(folder("snapshot")).isFinished)
  }

  @Test func aJournalWithAnotherNameThatIsNoneIsNotWrittenInto() throws {
    let folder = try TemporaryFolder()
    try folder.write("mine\n", to: "victim")
    do { _ = try open(folder("run")) }
    try FileManager.default.removeItem(atPath: folder("run/run.sqlite"))
    #expect(link(folder("victim"), folder("run/run.sqlite")) == 0)
    #expect(throws: RunStoreError.self) { _ = try open(folder("run")) }
    #expect(folder.text(of: "victim") == "mine\n")
  }

  @Test func aRunsFolderMayItselfBeALink() throws {
    let folder = try TemporaryFolder()
    do { _ = try open(folder("run")) }
    #expect(symlink(folder("run"), folder("link")) == 0)
    #expect(try open(folder("link")).kind == .train)
    #expect(try RunDirectory.read(folder("link") + "/").kind == .train)
  }

  @Test func aTrainingOfAComparisonIsNoLink() throws {
    let folder = try TemporaryFolder()
    let comparison = ComparisonFolder(folder.path)
    try Folder.make(comparison.trainingsPath)
    do { _ = try open(folder("elsewhere")) }
    let training = comparison.training(ofPolicy: 0, seed: 1)
    #expect(symlink(folder("elsewhere"), training) == 0)
    #expect(throws: FileError.self) { try ComparisonFolder.requireOwn(training) }
    #expect(throws: FileError.self) { try comparison.progress(ofPolicy: 0, seed: 1) }
    #expect(try comparison.progress(ofPolicy: 1, seed: 1) == nil)
  }

  @Test(arguments: Impostor.allCases) func aCheckpointThatIsNoFileIsNotThere(impostor: Impostor) throws {
    let folder = try TemporaryFolder()
    let run = try open(folder("run"))
    let bytes = Data("state".utf8)
    let record = CheckpointRecord(file: "epoch-00001.safetensors", digest: FileDigest(of: bytes))
    let place = run.checkpoints.path(of: record.file)
    try folder.write("state", to: "victim")
    switch impostor {
    case .link: #expect(symlink(folder("victim"), place) == 0)
    case .danglingLink: #expect(symlink(folder("new"), place) == 0)
    case .pipe: #expect(mkfifo(place, 0o600) == 0)
    case .other: try Folder.make(place)
    }
    #expect(try !run.checkpoints.holds(record))
    if impostor == .other { return }
    // A new one takes its place.
    try AtomicFile.writeTemporary(bytes, to: run.checkpoints.temporaryPath(for: record.file))
    try run.checkpoints.publish([run.checkpoints.seal(record.file)])
    #expect(try run.checkpoints.holds(record))
    #expect(folder.text(of: "victim") == "state")
  }
}
