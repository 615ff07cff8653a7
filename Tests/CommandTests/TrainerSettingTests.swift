import ArgumentParser
import Command
import Foundation
import PopulationBasedTraining
import Reports
import RunStore
import TestSupport
import Testing
import Text
import Workers

/// The options of a search, as the command has them.
private struct Options: ParsableArguments {
  @OptionGroup var shared: SharedOptions
  @OptionGroup var search: SearchOptions
  @OptionGroup var workers: WorkerOptions
  @OptionGroup var trainer: TrainerOptions
}

private func typed(_ arguments: [String]) throws -> Settings {
  let options = try Options.parse(arguments)
  return try options.search.typedSettings.over(options.workers.typedSettings).over(
    options.trainer.typedSettings
  )
  .over(options.shared.settings(for: .search))
}

/// Settings of a search with the trainer `mine.py` of a folder, which is made.
private struct Trainer {
  let folder: TemporaryFolder
  var file: String { folder("mine.py") }

  init() throws {
    folder = try TemporaryFolder()
    try folder.write("class Mine: ...", to: "mine.py")
  }

  func configuration(
    _ arguments: [String] = [], resuming recorded: TrainerConfiguration? = nil
  ) throws -> TrainerConfiguration {
    let named = arguments.contains("--trainer") || recorded != nil ? [] : ["--trainer", "\(file):Mine"]
    let settings = try typed(named + arguments)
    return try settings.naming {
      try settings.over(recorded.map { try Settings($0) } ?? Settings()).trainerConfiguration(
        resuming: recorded)
    }
  }

  /// What is wrong with options; nil where nothing is.
  func complaint(_ arguments: [String], resuming recorded: TrainerConfiguration? = nil) -> String? {
    do {
      _ = try configuration(arguments, resuming: recorded)
      return nil
    } catch {
      return "\(error)"
    }
  }
}

@Suite("Settings of a search with a trainer")
struct TrainerSettingTests {
  @Test("have the whole path, the digest of the file, and the defaults of a search")
  func defaults() throws {
    let trainer = try Trainer()
    let found = try trainer.configuration()
    #expect(found.trainer == TrainerName(file: trainer.file, className: "Mine"))
    // Of `class Mine: ...`, by sha256sum.
    #expect(found.trainerDigest == "bba3821720e5732ef86f460201ae4491bdfe1fbad7fa44e094a8489af40bd3c7")
    #expect(found.objective == Objective(name: "score"))
    #expect((found.epochs, found.population, found.interval) == (200, 16, 3))
    #expect(found.tune == nil && found.trainerConfig == nil && found.startOrder == nil)
  }

  @Test("take the trainer's own settings from YAML as everybody reads it")
  func ownSettings() throws {
    let trainer = try Trainer()
    try trainer.folder.write(
      """
      rate: 1e-3
      steps: 20
      name: "12"
      date: 2024-01-01
      plain: on the way
      nested: {empty: null, list: [1, 2.5, true, ~]}
      """, to: "own.yaml")
    let found = try trainer.configuration(["--trainer-config", trainer.folder("own.yaml")])
    #expect(
      found.trainerConfig?.values == [
        "rate": .number(1e-3), "steps": .integer(20), "name": .string("12"), "date": .string("2024-01-01"),
        "plain": .string("on the way"),
        "nested": .object([
          "empty": .null, "list": .array([.integer(1), .number(2.5), .bool(true), .null]),
        ]),
      ])
    let same = try trainer.configuration(["--trainer-config", try #require(found.trainerConfig).description])
    #expect(same == found)
  }

  @Test(
    "refuse what YAML's readers disagree about",
    arguments: [
      ("a: 010", "a: found '010'"), ("a: {b: yes}", "a.b: found 'yes'"),
      ("a: [1, 0x10]", "a[1]: found '0x10'"),
      ("a: .inf", "a: found '.inf'"), ("- 1", "found no 'key: value' lines"),
      ("a: [", "found a text that is not YAML (line "),
      ("a: 1_000", "a: found '1_000'"), ("1: 2\na: {1: 2, 1: 3}", "found a text that is not YAML ("),
    ])
  func yaml(text: String, words: String) throws {
    let trainer = try Trainer()
    try trainer.folder.write(text, to: "own.yaml")
    let found = trainer.complaint(["--trainer-config", trainer.folder("own.yaml")])
    #expect(found?.contains("own.yaml: \(words)") == true, "\(found ?? "nothing")")
  }

  @Test("refuse more than a worker's line can hold")
  func size() throws {
    let trainer = try Trainer()
    let text = String(repeating: "x", count: 65537 - "a: ".utf8.count)
    try trainer.folder.write("a: " + text, to: "own.yaml")
    let inFile = trainer.complaint(["--trainer-config", trainer.folder("own.yaml")]) ?? "nothing"
    #expect(inFile.contains("own.yaml: cannot read: found 65537 bytes, expected at most 65536"), "\(inFile)")
    let given = trainer.complaint(["--trainer-config", #"{"a":"\#(text)"}"#]) ?? "nothing"
    #expect(given.hasPrefix("--trainer-config: found 65542 bytes, expected at most 65536"), "\(given)")
  }

  @Test(
    "refuse by name what a trainer has no use for",
    arguments: [
      ["--dataset", "bundled"], ["--model", "wrn_10_1"], ["--batch-size", "1"], ["--learning-rate", "1"],
      ["--cutout", "1"], ["--no-flip"], ["--precision", "fp32"], ["--threads", "1"], ["--train-size", "1"],
      ["--label-smoothing", "0.1"], ["--class-weights", "balanced"], ["--concurrency", "2"],
      ["--image-size", "8"],
      ["--data-dir", "x"], ["--weight-decay", "1"], ["--validation-size", "3"],
    ])
  func builtIn(arguments: [String]) throws {
    let found = try Trainer().complaint(arguments)
    let option = arguments[0].replacing("--no-", with: "--")
    #expect(found?.hasPrefix("\(option): found ") == true, "\(found ?? "nothing")")
    #expect(found?.contains("together with --trainer") == true, "\(found ?? "nothing")")
  }

  @Test(
    "say what is wrong with them",
    arguments: [
      (["--tune", "rate=1"], "--tune: found 'rate=1', expected NAME=LOW:HIGH"),
      (["--tune", "rate=1:2"], "--tune: found rate, expected a number among the trainer's own settings"),
      (
        ["--trainer-config", "{\"rate\": \"1\"}", "--tune", "rate=1:2"],
        "--tune: found rate, expected a number"
      ),
      (
        ["--trainer-config", "{\"rate\": 1}", "--tune", "rate=1:2", "--tune", "rate=1:3"],
        "--tune: found rate twice"
      ),
      (["--trainer-config", "{rate: 1}"], "--trainer-config: line 1"),
      (["--trainer", "/nowhere/t.py"], "--trainer: /nowhere/t.py: found no such file"),
      (["--trainer", "/"], "--trainer: /: found something else than a file"),
      (["--epochs", "0"], "--epochs: found 0"), (["--workers", "0"], "--workers: found 0"),
      (["--population", "0"], "--population: found 0"), (["--burn-in", "200"], "--burn-in: found 200"),
      (["--device", "gpu"], "--device: found 'gpu'"),
      (["--device", "cuda:0,cpu"], "--device: found 'cuda:0,cpu'"),
    ])
  func mistakes(arguments: [String], words: String) throws {
    let found = try Trainer().complaint(arguments)
    #expect(found?.hasPrefix(words) == true, "\(found ?? "nothing")")
  }

  @Test("are read back from a run, and typed again")
  func recorded() throws {
    let trainer = try Trainer()
    let configuration = try trainer.configuration([
      "--trainer-config", "{\"rate\": 1, \"b\": \"it's\"}", "--metric", "loss", "--mode", "min", "--tune",
      "rate=1:2:log", "--seed", "7", "--asynchronous", "--workers", "3",
      "--device", "cuda:1,cuda:0",
    ])
    #expect(configuration.objective == Objective(name: "loss", direction: .minimize))
    #expect(configuration.startOrder == .arrival)
    let settings = try Settings(configuration)
    let contents = RunContents(
      path: "r", kind: .search, version: "1", state: .stopped, settings: [], history: .training([]))
    let again = RunCommandLine("search", settings, contents).commands.again
    #expect(
      again
        == "pba search --epochs 200 --seed 7 --device cuda:1,cuda:0 --population 16 --interval 3 --quantile 0.25"
        + " --burn-in 0 --asynchronous --workers 3 --trainer \(trainer.file):Mine"
        + #" --trainer-config '{"b": "it'\''s", "rate": 1}' --metric loss --mode min --tune rate=1.0:2.0:log"#
        + " --run NEW")
    #expect(try trainer.configuration([], resuming: configuration) == configuration)
    #expect(try settings.trainerConfiguration() == configuration)
  }

  @Test("keep their class where the file was moved")
  func moved() throws {
    let trainer = try Trainer()
    let configuration = try trainer.configuration()
    try trainer.folder.write("class Mine: pass", to: "new:place.py")
    let place = trainer.folder("new:place.py")
    let found = try trainer.configuration(["--trainer", place], resuming: configuration)
    #expect(found.trainer == TrainerName(file: place, className: "Mine"))
    #expect(found.trainerDigest != configuration.trainerDigest)
    #expect(
      trainer.complaint(["--trainer", "\(trainer.file):Other"], resuming: configuration)
        == "--trainer: found the class Other, expected Mine, with which the search was begun")
    try FileManager.default.removeItem(atPath: trainer.file)
    let missing = trainer.complaint([], resuming: configuration)
    #expect(
      missing?.contains("if it was moved, name its new place with --trainer") == true, "\(missing ?? "")")
  }

  @Test(
    "of a name are a file and a class",
    arguments: [
      ("t.py", "t.py", nil), ("a/t.py:Net", "a/t.py", "Net"), ("t.py:_x1", "t.py", "_x1"),
      ("C:/t.py", "C:/t.py", nil),
      ("t.py:1x", "t.py:1x", nil), ("t.py:", "t.py:", nil),
    ] as [(String, String, String?)])
  func names(text: String, file: String, className: String?) {
    #expect(TrainerName(text) == TrainerName(file: file, className: className))
    #expect(TrainerName(text)?.description == text)
  }
}

@Suite("The Python of trainers")
struct PythonInterpreterTests {
  @Test("is the one that is named, else python3 on the path; a checkout lends its package")
  func places() throws {
    let folder = try TemporaryFolder()
    for name in ["bin/python3", "other/python"] {
      try folder.write("#!/bin/sh\n", to: name)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder(name))
    }
    try folder.write("", to: "checkout/Python/swift_pba/__init__.py")
    let path = "/nowhere:" + folder("bin")
    let found = try PythonInterpreter(
      ["PATH": path, "PYTHONPATH": "/mine"], programFolder: folder("checkout/.build/x/release"))
    #expect(found.path == folder("bin/python3"))
    #expect(found.variables["PYTHONPATH"] == folder("checkout/Python") + ":/mine")
    let named = try PythonInterpreter(
      ["PATH": path, "PBA_PYTHON": folder("other/python")], programFolder: folder("installed"))
    #expect(named.path == folder("other/python"))
    #expect(named.variables["PYTHONPATH"] == nil)
    #expect {
      try PythonInterpreter(["PATH": "/nowhere"], programFolder: "/")
    } throws: { "\($0)".contains("no python3 on the PATH") }
    #expect {
      try PythonInterpreter(["PATH": path, "PBA_PYTHON": "python9"], programFolder: "/")
    } throws: { "\($0)".hasPrefix("PBA_PYTHON: found 'python9'") }
  }

  @Test("gives what it prints, and says why it cannot load the package")
  func output() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      "#!/bin/sh\necho one; echo two; echo 'a warning' >&2; [ \"$1\" != -x ]\n",
      to: "python")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder("python"))
    let python = try PythonInterpreter(["PBA_PYTHON": folder("python")], programFolder: "/")
    var errors: [String] = []
    #expect(try python.output(of: []) { errors.append($0) } == ["one", "two"])
    #expect(errors == ["a warning"])
    #expect(try python.output(of: ["-x"], endingWith: [0, 1]) { _ in } == ["one", "two"])
    #expect {
      try python.output(of: ["-x", "y"]) { _ in }
    } throws: {
      "\($0)" == folder("python") + " -x y ended with code 1; run it by hand and look at what it prints"
    }
    try python.requirePackage()
    try folder.write("#!/bin/sh\necho 'ModuleNotFoundError: no swift_pba' >&2; exit 1\n", to: "python")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder("python"))
    #expect {
      try python.requirePackage()
    } throws: {
      "\($0)".contains("cannot load swift_pba: ModuleNotFoundError: no swift_pba; install it there")
    }
  }
}
