import Foundation
import GRDB
import Policies
import RunStore
import TestSupport
import Testing

@Suite struct RunDirectoryTests {
  private func open(
    _ path: String, _ settings: some RunConfiguration = Settings(), resume: Bool = false
  ) throws -> RunDirectory {
    try RunDirectory.open(path, configuration: settings, version: "1.2.3", resume: resume)
  }

  @Test func aRunIsBegunInANewOrAnEmptyFolder() throws {
    let folder = try TemporaryFolder()
    let run = try open(folder("a/b/run/"))
    #expect(run.path == folder("a/b/run"))
    #expect(run.kind == .search)
    #expect(run.version == "1.2.3")
    #expect(try !run.isFinished)
    let names = try folder.names(in: "a/b/run").filter { !$0.hasPrefix("run.sqlite-") }
    #expect(names == ["checkpoints", "config.yaml", "lock", "run.sqlite"])
    try FileManager.default.createDirectory(atPath: folder("empty"), withIntermediateDirectories: true)
    _ = try open(folder("empty"))
  }

  @Test func theConfigurationFileIsReadableAndExact() throws {
    let folder = try TemporaryFolder()
    _ = try open(folder("run"))
    #expect(
      folder.text(of: "run/config.yaml") == """
        dataset: bundled
        seed: 18446744073709551615
        learningRate: 0.1
        momentum: 0.30000000000000004
        flip: true
        label: '1e5'
        concurrency: 1

        """)
    #expect(try RunDirectory.configuration(Settings.self, of: folder("run")) == Settings())
  }

  @Test func groupsOfSettingsStandSideBySideAndDifferencesNameTheSetting() throws {
    let folder = try TemporaryFolder()
    _ = try open(folder("run"), GroupedSettings())
    #expect(folder.text(of: "run/config.yaml") == "dataset: bundled\nrate: 0.1\nepochs: 3\nlast: 1\n")
    #expect(try RunDirectory.configuration(GroupedSettings.self, of: folder("run")) == GroupedSettings())
    var other = GroupedSettings()
    other.recipe.epochs = 4
    #expect(
      message { _ = try open(folder("run"), other, resume: true) }
        == "\(folder("run")): the run was begun with other settings: epochs: found 4, expected 3;"
        + " give the settings it was begun with, or name another folder")
  }

  @Test func aRunIsNeverWrittenOver() throws {
    let folder = try TemporaryFolder()
    let path = folder("run")
    let plan = SegmentPlan(generation: 0, trial: 0, epochs: 0..<1, parent: nil, policy: .searchStart)
    try SearchJournal(open(path)).plan([plan])
    #expect(
      message { _ = try open(path) }
        == "\(path): a search was begun there, in which nothing is trained yet; continue it with `resume`,"
        + " delete the folder to begin another one there, or name another folder")
    try SearchJournal(open(path, resume: true)).record([
      (place: plan.place, result: .failed(reason: "not a number"))
    ])
    #expect(
      message { _ = try open(path) }
        == "\(path): an unfinished search is there; continue it with `resume`, or name another folder")
    try open(path, resume: true).finish()
    #expect(
      message { _ = try open(path) }
        == "\(path): a finished search is there and is not written over; name another folder")
    #expect(try open(path, resume: true).isFinished)
    #expect(
      message { _ = try open(path, TrainSettings(), resume: true) }
        == "\(path): found a search run, expected a train run; name another folder")
  }

  @Test func otherFilesAreLeftAlone() throws {
    let folder = try TemporaryFolder()
    try folder.write("mine", to: "thesis.txt")
    #expect(
      message { _ = try open(folder.path) }
        == "\(folder.path): the folder holds other files (such as thesis.txt) and no run; "
        + "name a new or an empty folder")
    #expect(try folder.names(in: ".") == ["thesis.txt"])
    #expect(
      message { _ = try open(folder("thesis.txt")) }
        == "\(folder("thesis.txt")): cannot use it as a folder: it is a file")
  }

  @Test func aFolderOfAnotherProgramIsNotTakenForARun() throws {
    let folder = try TemporaryFolder()
    // As Lightning and Hydra leave it.
    try FileManager.default.createDirectory(
      atPath: folder("checkpoints"), withIntermediateDirectories: true)
    try folder.write("trainer: {}", to: "config.yaml")
    for resume in [false, true] {
      #expect(
        message { _ = try open(folder.path, resume: resume) }
          == "\(folder.path): the folder holds other files (such as checkpoints) and no run; "
          + "name a new or an empty folder")
    }
    #expect(message { _ = try RunDirectory.read(folder.path) }?.contains(": no run is there; ") == true)
    #expect(try folder.names(in: ".") == ["checkpoints", "config.yaml"])
  }

  @Test(arguments: [true, false]) func aRunWhoseJournalIsLostIsNotWrittenOver(resume: Bool) throws {
    let folder = try TemporaryFolder()
    let path = folder("run")
    try open(path).finish()
    for name in ["run.sqlite-wal", "run.sqlite-shm"] {
      try? FileManager.default.removeItem(atPath: path + "/" + name)
    }
    try Data().write(to: URL(fileURLWithPath: path + "/run.sqlite"))
    #expect(
      message { _ = try open(path, resume: resume) }
        == "\(path)/run.sqlite: the journal is damaged (it is empty, but a run left checkpoints beside it);"
        + " restore it from a copy, or start in another folder")
    // What a start leaves that was cut off before its first entry is no run.
    for name in ["checkpoints", "config.yaml"] {
      try FileManager.default.removeItem(atPath: path + "/" + name)
    }
    _ = try open(path, resume: resume)
  }

  @Test func resumingNeedsARun() throws {
    let folder = try TemporaryFolder()
    let expected = "\(folder("run")): no run is there; name the folder of a run"
    let resumed = expected + ", or begin one without `resume`"
    #expect(message { _ = try open(folder("run"), resume: true) } == resumed)
    #expect(
      message { _ = try RunDirectory.configuration(Settings.self, of: folder("run"), resume: true) }
        == resumed)
    #expect(message { _ = try RunDirectory.read(folder("run")) } == expected)
    #expect(message { _ = try RunDirectory.configuration(Settings.self, of: folder("run")) } == expected)
    #expect(try folder.names(in: ".").isEmpty)
  }

  @Test func aStartThatWasCutOffIsBegunAnew() throws {
    // What is on the disk before the first entry: the folder; the lock too; an empty database too.
    for names in [[], ["lock"], ["lock", "run.sqlite"]] {
      for resume in [false, true] {
        let folder = try TemporaryFolder()
        for name in names { try folder.write("", to: name) }
        let run = try open(folder.path, resume: resume)
        #expect(run.version == "1.2.3")
      }
    }
  }

  @Test func resumingWithOtherSettingsNamesEachDifference() throws {
    let folder = try TemporaryFolder()
    let path = folder("run")
    _ = try open(path)
    var other = Settings()
    other.seed -= 1
    other.trainSize = 100
    other.concurrency = 4
    #expect(
      message { _ = try open(path, other, resume: true) }
        == "\(path): the run was begun with other settings: "
        + "seed: found 18446744073709551614, expected 18446744073709551615; "
        + "trainSize: found 100, expected none; give the settings it was begun with, or name another folder")
    other = Settings()
    other.concurrency = 4
    _ = try open(path, other, resume: true)
    #expect(try RunDirectory.configuration(Settings.self, of: path).concurrency == 1)
  }

  @Test func twoProcessesDoNotWorkInOneFolder() throws {
    let folder = try TemporaryFolder()
    let first = try open(folder("run"))
    let expected =
      "\(folder("run")): in use by process \(ProcessInfo.processInfo.processIdentifier); "
      + "wait until it ends, or name another folder"
    #expect(message { _ = try open(folder("run"), resume: true) } == expected)
    #expect(try RunDirectory.read(folder("run")).version == first.version)
    withExtendedLifetime(first) {}
  }

  @Test func theLockEndsWithItsHolder() throws {
    let folder = try TemporaryFolder()
    for resume in [false, true, true] { _ = try open(folder("run"), resume: resume) }
  }

  @Test func resumingRestoresWhatFollowsFromTheJournal() throws {
    let folder = try TemporaryFolder()
    _ = try open(folder("run"))
    let text = folder.text(of: "run/config.yaml")
    try folder.write("dataset: other", to: "run/config.yaml")
    try folder.write("half", to: "run/schedule.json.partial")
    try folder.write("half", to: "run/checkpoints/x.safetensors.partial")
    try folder.write("mine", to: "run/notes.txt")
    _ = try open(folder("run"), resume: true)
    #expect(folder.text(of: "run/config.yaml") == text)
    #expect(folder.text(of: "run/schedule.json.partial") == nil)
    #expect(try folder.names(in: "run/checkpoints").isEmpty)
    #expect(folder.text(of: "run/notes.txt") == "mine")
  }

  @Test func aFileThatIsNoDatabaseIsNamed() throws {
    let folder = try TemporaryFolder()
    try folder.write(String(repeating: "no database ", count: 400), to: "run.sqlite")
    let expected =
      "\(folder("run.sqlite")): the journal is damaged (file is not a database); "
      + "restore it from a copy, or start in another folder"
    #expect(message { _ = try open(folder.path, resume: true) } == expected)
    #expect(message { _ = try RunDirectory.read(folder.path) } == expected)
  }

  @Test func aTruncatedDatabaseIsNamed() throws {
    let folder = try TemporaryFolder()
    _ = try open(folder("run"))
    let journal = folder("run/run.sqlite")
    let size = try #require(FileManager.default.contents(atPath: journal)?.count)
    #expect(truncate(journal, size / 2) == 0)
    let text = try #require(message { _ = try open(folder("run"), resume: true) })
    #expect(text.hasPrefix("\(journal): the journal is damaged ("))
  }

  /// A resume asks for the settings first, and opens the run later: the pages are looked at once.
  @Test func pagesAreExaminedWhenTheRunIsOpened() throws {
    let folder = try TemporaryFolder()
    _ = try open(folder("run"))
    let journal = folder("run/run.sqlite")
    let (root, size) = try DatabaseQueue(path: journal).read { database in
      try (
        #require(
          try Int.fetchOne(database, sql: "SELECT rootpage FROM sqlite_master WHERE name = 'segment'")),
        #require(try Int.fetchOne(database, sql: "PRAGMA page_size"))
      )
    }
    var bytes = try Data(contentsOf: URL(fileURLWithPath: journal))
    bytes.replaceSubrange((root - 1) * size..<root * size, with: Data(repeating: 0xff, count: size))
    try bytes.write(to: URL(fileURLWithPath: journal))
    let damaged = "\(journal): the journal is damaged ("
    #expect(try RunDirectory.configuration(Settings.self, of: folder("run")) == Settings())
    #expect(try #require(message { _ = try open(folder("run"), resume: true) }).hasPrefix(damaged))
    #expect(try #require(message { _ = try RunDirectory.read(folder("run")) }).hasPrefix(damaged))
    // The settings of the version before have no digest that would show damage.
    let queue = try DatabaseQueue(path: journal)
    try queue.write { try $0.execute(sql: "DELETE FROM grdb_migrations WHERE identifier = '5'") }
    try queue.close()
    #expect(
      try #require(message { _ = try RunDirectory.configuration(Settings.self, of: folder("run")) })
        .hasPrefix(damaged))
  }

  @Test func aNewerJournalIsRefused() throws {
    let folder = try TemporaryFolder()
    _ = try open(folder("run"))
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1") { _ in }
    migrator.registerMigration("of the future") { _ in }
    try migrator.migrate(DatabaseQueue(path: folder("run/run.sqlite")))
    let expected =
      "\(folder("run/run.sqlite")): written by a newer version of pba; continue the run with that version"
    #expect(message { _ = try open(folder("run"), resume: true) } == expected)
    #expect(message { _ = try RunDirectory.read(folder("run")) } == expected)
  }
}
