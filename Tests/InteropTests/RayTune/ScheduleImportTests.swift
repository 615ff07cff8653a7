import Foundation
import Interop
import Policies
import Testing
import Text

import class TestSupport.TemporaryFolder

@Suite("Importing what a search left")
struct ScheduleImportTests {
  private func imported(
    _ search: SearchFolder, _ request: ScheduleImport.Request = .init()
  ) throws -> ScheduleImport {
    try ScheduleImport(from: search.path, request)
  }

  @Test("the best trial's ancestry comes out epoch by epoch", arguments: UInt64(0)..<20)
  func best(seed: UInt64) throws {
    let search = try SearchFolder(seed: seed)
    let found = try imported(search)
    #expect(found.schedule.policies == search.histories[search.best])
    #expect(found.schedule.provenance["trial"] == .integer(search.best))
    #expect(found.schedule.provenance["val_acc"] == .number(search.accuracies[search.best]))
    #expect(found.schedule.name == URL(fileURLWithPath: search.path).lastPathComponent)
    #expect(found.notes.dropFirst().allSatisfy { $0.hasPrefix("trial \(search.best) never copied another") })
    #expect(
      found.notes[0].hasPrefix(
        "8 trials, 160 results; best is trial \(search.best): val_acc \(search.accuracies[search.best]) after epoch 20, "
          + "the highest last value (next: trial "))
  }

  @Test("any trial can be named, also one that never copied another")
  func trial() throws {
    let search = try SearchFolder(seed: 3)
    var withoutLog = 0
    for trial in 0..<search.trials {
      let found = try imported(search, .init(trial: trial, name: "named"))
      #expect(found.schedule.policies == search.histories[trial])
      #expect(found.schedule.name == "named")
      if !FileManager.default.fileExists(atPath: search.path + "/pbt_policy_\(trial).txt") {
        withoutLog += 1
        #expect(
          found.notes == ["trial \(trial) never copied another: its first policy held for all 20 epochs"])
      }
    }
    #expect(withoutLog > 0)
  }

  @Test("the log of all exploits does where the trials' own are gone", arguments: UInt64(0)..<5)
  func globalLog(seed: UInt64) throws {
    let search = try SearchFolder(seed: seed)
    let names = try FileManager.default.contentsOfDirectory(atPath: search.path)
    for name in names where name.hasPrefix("pbt_policy_") { try search.remove(name) }
    for trial in 0..<search.trials {
      #expect(try imported(search, .init(trial: trial)).schedule.policies == search.histories[trial])
    }
    let file = search.path + "/pbt_global.txt"
    let best = try #require((0..<8).first { search.histories[$0].last != Policy.searchStart })
    let found = try ScheduleImport(from: file, .init(trial: best, epochs: 20))
    #expect(found.schedule.policies == search.histories[best])
    #expect(
      message { try ScheduleImport(from: file, .init(epochs: 20)) }
        == "\(file): found the exploits of all trials, expected one trial: give `trial` N, or name the folder"
    )
  }

  @Test("another number, and its lowest, can decide")
  func metric() throws {
    let search = try SearchFolder(trials: 4, epochs: 3)
    for trial in 0..<4 {
      let result = SearchFolder.result(trial, 3, 0.5, .searchStart)
        .replacingOccurrences(of: #""train_acc": 0.5"#, with: #""val_loss": \#([3.5, 0.25, 2, 8][trial])"#)
      try search.write(result, to: search.trialFolder(trial) + "/result.json")
    }
    let lowest = try imported(search, .init(metric: "val_loss", lowestWins: true))
    #expect(lowest.schedule.provenance["trial"] == .integer(1))
    #expect(
      lowest.notes[0].contains("val_loss 0.25 after epoch 3, the lowest last value (next: trial 2, 2.0)"))
    let highest = try imported(search, .init(metric: "val_loss"))
    #expect(highest.schedule.provenance["trial"] == .integer(3))
    #expect(
      message { try imported(search, .init(metric: "val_los")) }
        == "\(search.path)/\(search.trialFolder(0))/result.json: val_los: found nothing, expected a number; "
        + "name another metric, one of test_acc, time_total_s, training_iteration, val_acc, val_loss "
        + "(did you mean val_loss?)")
  }

  @Test("a tie is said, and the most epochs, then the lowest number decide")
  func ties() throws {
    let search = try SearchFolder(trials: 4, epochs: 3)
    for (trial, epoch) in [(0, 2), (1, 3), (2, 1), (3, 3)] {
      try search.write(
        SearchFolder.result(trial, epoch, trial == 2 ? 0.1 : 0.75, .searchStart),
        to: search.trialFolder(trial) + "/result.json")
    }
    let found = try imported(search)
    #expect(found.schedule.provenance["trial"] == .integer(1))
    #expect(found.notes.contains("equal to it: trial 3, 0; the most epochs, then the lowest number decided"))
    #expect(found.notes.contains("ended before epoch 3: trial 0 (2), 2 (1)"))
  }

  @Test("a result that is no number is passed over", arguments: ["NaN", "Infinity", "-Infinity", "-inf"])
  func resultsThatAreNoNumbers(word: String) throws {
    let search = try SearchFolder(seed: 6, reached: [2: 14, 5: 9])
    let other = (search.best + 1) % 8
    try search.append(
      SearchFolder.result(other, 20, 0.1, .searchStart).replacingOccurrences(of: "0.1,", with: word + ","),
      to: search.trialFolder(other) + "/result.json")
    #expect(
      try imported(search).notes.contains(
        "without a number as the last val_acc, and passed over: trial \(other)"))
  }

  @Test("a search that was killed: cut lines are left out and named, null is passed over")
  func killed() throws {
    let search = try SearchFolder(seed: 6, reached: [2: 14, 5: 9])
    let whole = try imported(search)
    #expect(whole.notes.contains("ended before epoch 20: trial 2 (14), 5 (9)"))
    let best = search.best
    try search.append(#"{"val_acc": 0.9, "train_ac"#, to: search.trialFolder(best) + "/result.json")
    try search.append(#"["1", "0", 17, 18, {"lr": 0.1, "hp_pol"#, to: "pbt_global.txt")
    let other = (best + 1) % 8
    try search.append(
      SearchFolder.result(other, 20, 0.1, .searchStart).replacingOccurrences(of: "0.1,", with: "NaN,"),
      to: search.trialFolder(other) + "/result.json")
    let log = "pbt_policy_\(best).txt"
    let hasLog = FileManager.default.fileExists(atPath: search.path + "/" + log)
    if hasLog { try search.append("[", to: log) }
    let cut = try imported(search)
    #expect(cut.schedule == whole.schedule)
    #expect(
      cut.notes.contains(
        "\(search.path)/\(search.trialFolder(best))/result.json: line 21, the last, is cut off and left out"))
    #expect(cut.notes.contains("without a number as the last val_acc, and passed over: trial \(other)"))
    #expect(cut.notes.contains { $0.contains(log) && $0.hasSuffix("is cut off and left out") } == hasLog)
  }

  @Test("a trial that has reported nothing yet is not counted")
  func emptyResults() throws {
    let search = try SearchFolder(trials: 4, epochs: 3)
    try search.write("", to: search.trialFolder(0) + "/result.json")
    #expect(try imported(search).notes[0].hasPrefix("3 trials, 9 results"))
  }

  @Test("the trial's number stands in its folder's name where the results have no tag")
  func folderNames() throws {
    let search = try SearchFolder(
      seed: 4, trialFolder: { "train_model_\($0)_lr=0.1,wd=0.5_2019-06-20_02-14-02a" })
    for trial in 0..<8 {
      let name = "train_model_\(trial)_lr=0.1,wd=0.5_2019-06-20_02-14-02a/result.json"
      let text = try String(contentsOfFile: search.path + "/" + name, encoding: .utf8)
      try search.write(
        text.replacingOccurrences(of: #""experiment_tag": "\#(trial)", "#, with: ""), to: name)
    }
    #expect(try imported(search).schedule.policies == search.histories[search.best])
  }

  @Test("a folder around the search's is seen through, unless there are two searches")
  func outerFolder() throws {
    let search = try SearchFolder(trials: 4, epochs: 6)
    let folder = try TemporaryFolder()
    let outer = folder.path
    #expect(
      message { try ScheduleImport(from: outer) }
        == "\(outer): found no pbt_policy_N.txt, no pbt_global.txt and no folder with a result.json, "
        + "expected the folder that a search left")
    try FileManager.default.copyItem(atPath: search.path, toPath: outer + "/first")
    #expect(try ScheduleImport(from: outer).schedule.segments == imported(search).schedule.segments)
    try FileManager.default.copyItem(atPath: search.path, toPath: outer + "/second")
    #expect(
      message { try ScheduleImport(from: outer) }
        == "\(outer): found the results of 2 searches: first, second, expected one of these folders")
    let trial = search.path + "/" + search.trialFolder(0)
    #expect(
      message { try ScheduleImport(from: trial) }.hasPrefix(
        "\(trial): found the folder of one trial, expected"))
  }

  @Test("damaged lines name file and line")
  func damage() throws {
    let search = try SearchFolder(seed: 7)
    let file = search.trialFolder(1) + "/result.json"
    let good = SearchFolder.result(1, 1, 0.5, .searchStart)
    for (text, expected) in [
      (good + "{\"val_acc\": 0.9, \"tr\n" + good, "line 2, column "),
      (good + "[1]\n", "line 2: found a list of 1, expected a JSON object, one result"),
      (
        good + "{\"val_acc\": 1}\n" + good,
        "line 2.training_iteration: found nothing, expected the number of epochs"
      ),
      (
        good + "{\"training_iteration\": -1}\n",
        "line 2.training_iteration: found -1, expected an integer from 0"
      ),
    ] {
      try search.write(text, to: file)
      let found = message { try imported(search) }
      #expect(found.hasPrefix("\(search.path)/\(file): \(expected)"), "\(found)")
    }
    let other = try SearchFolder(seed: 8)
    let log = "pbt_policy_\(other.best).txt"
    try other.write("[\"1\", \"0\", 2, 3, {}, {}]\n", to: log)
    #expect(
      message { try imported(other) }
        == "\(other.path)/\(log): line 1: old policy.hp_policy: found nothing, expected a list of 60 integers"
    )
  }

  @Test("results of two searches in one folder are distinguished from one")
  func twice() throws {
    let search = try SearchFolder(trials: 4, epochs: 3)
    try search.write(
      SearchFolder.result(2, 1, 0.5, .searchStart), to: "RayModel_2_2020-01-01_00-00-00/result.json")
    let found = message { try imported(search) }
    #expect(found.contains("found trial 2, whose results are in \(search.path)/"))
    #expect(found.hasSuffix("expected the results of one search: move those of the other elsewhere"))
  }

  @Test("what the results do not say must be given")
  func missing() throws {
    let search = try SearchFolder(seed: 9)
    for trial in 0..<8 { try search.remove(search.trialFolder(trial)) }
    let logs = try FileManager.default.contentsOfDirectory(atPath: search.path)
      .compactMap { $0.hasPrefix("pbt_policy_") ? Int($0.dropFirst(11).dropLast(4)) : nil }.sorted()
    let known = "one of the trials " + logs.map(String.init).joined(separator: ", ")
    let first = try #require(logs.first)
    #expect(
      message { try imported(search) }
        == "\(search.path): found no result with a \"val_acc\", expected results to choose by: "
        + "without them give `trial`, \(known), and `epochs`")
    #expect(
      message { try imported(search, .init(trial: first)) }
        == "\(search.path): found no results, which would say how long the search trained each trial, "
        + "expected that number: give `epochs`")
    #expect(
      message { try imported(search, .init(trial: 99, epochs: 20)) }
        == "\(search.path): found no log and no configuration of trial 99, expected \(known)")
    #expect(
      try imported(search, .init(trial: first, epochs: 20)).schedule.policies == search.histories[first])
    let file = search.path + "/pbt_policy_\(first).txt"
    #expect(
      message { try ScheduleImport(from: file) }
        == "\(file): found a log, which does not say how long the search trained each trial, "
        + "expected that number: give `epochs`, or name the folder with the results")
  }
}
