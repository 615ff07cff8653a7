import Foundation
import Interop
import Policies
import Testing

@Suite("Logs of the original")
struct OriginalLogTests {
  @Test(
    "a published log gives the built-in schedule",
    arguments: [("rcifar10", 200), ("rsvhn", 160)])
  func published(name: String, epochs: Int) throws {
    let imported = try OriginalLog(contentsOf: fixture("\(name)_16_wrn.txt"))
      .schedule(epochs: epochs, name: name)
    let builtIn = try Schedule.named(name)
    #expect(imported.segments == builtIn.segments)
    #expect(imported.epochs == builtIn.epochs)
    #expect(imported.name == name)
    #expect(imported.operationCount == builtIn.operationCount)
  }

  @Test("JSON lines with configurations are the same log")
  func jsonLines() throws {
    let imported = try OriginalLog(contentsOf: fixture("json_lines.txt")).schedule(epochs: 160, name: "rsvhn")
    #expect(imported.segments == (try Schedule.named("rsvhn").segments))
  }

  @Test("stale lines at the beginning are dropped")
  func staleLines() throws {
    let imported = try OriginalLog(contentsOf: fixture("stale_lines.txt")).schedule(
      epochs: 160, name: "rsvhn")
    #expect(imported.segments == (try Schedule.named("rsvhn").segments))
  }

  @Test("only what follows the last break of the chain counts")
  func brokenChain() throws {
    let log = [line("1", "0", 2, 3, 0, 1), line("2", "1", 5, 6, 1, 2), line("4", "3", 8, 9, 3, 4)]
    let schedule = try OriginalLog(log.joined(separator: "\n")).schedule(epochs: 12, name: "n")
    #expect(schedule.segments.map(\.epochs) == [9, 3])
    #expect(schedule.segments.map(\.policy) == [constant(3), constant(4)])
  }

  @Test("segments are delimited by the sources' epochs, and empty ones vanish")
  func emptySegments() throws {
    let log = [line("1", "0", 9, 0, 0, 1), line("2", "1", 9, 4, 1, 2), line("3", "2", 9, 4, 2, 3)]
    let schedule = try OriginalLog(log.joined(separator: "\n")).schedule(epochs: 10, name: "n")
    #expect(schedule.segments.map(\.epochs) == [4, 6])
    #expect(schedule.segments.map(\.policy) == [constant(1), constant(3)])
    let ended = try OriginalLog(line("1", "0", 9, 10, 0, 1)).schedule(epochs: 10, name: "n")
    #expect(ended.segments.map(\.policy) == [constant(0)])
  }

  @Test("what Python may write is read: tuples, trailing commas, marks, both quotes, tags as numbers")
  func pythonForms() throws {
    let old = "(\(numbers(0)),)"
    let plain = "[\(numbers(1))]"
    let new = "{u'hp_policy': [\(numbers(1)),], \"x\": None, 'y': (True, False, -1.5e-3, 'it\\'s \\x41'), }"
    let text =
      "\r\n  [u'1', 0, 2, 3, \(old), \(new)]  \r\n\n(2, '1', 5, 6, \(plain), \(old))\n"
    let schedule = try OriginalLog(text).schedule(epochs: 7, name: "n")
    #expect(schedule.segments.map(\.epochs) == [3, 3, 1])
    #expect(schedule.segments.map(\.policy) == [constant(0), constant(1), constant(0)])
  }

  @Test("a log without lines says when that happens", arguments: ["", "\n\n", "  \r\n"])
  func empty(text: String) {
    #expect(
      message { try OriginalLog(text).schedule(epochs: 5, name: "n") }
        == "found a log without lines, expected one line an exploit; "
        + "a trial that never copied another has no log"
    )
  }

  @Test("an error names the line, what was found and what was expected")
  func mistakes() {
    func check(_ lines: [String], epochs: Int = 10, _ expected: String) {
      #expect(
        message { try OriginalLog(lines.joined(separator: "\n")).schedule(epochs: epochs, name: "n") }
          == expected)
    }
    let good = line("1", "0", 2, 3, 0, 1)
    let meaning = "a list of 6: target, source, target's epoch, source's epoch, old policy, new policy"
    check([good, "['1', 2", ""], "line 2, column 8: found the end of the text, expected a comma or ]")
    check([good, "hello"], "line 2, column 1: found \"hello\", expected a value")
    check([good, "", "[1, 2]"], "line 3: found a list of 2, expected \(meaning)")
    check(["{'a': 1}"], "line 1: found an object, expected \(meaning)")
    check(
      ["[None, '0', 2, 3, [], []]"],
      "line 1: target: found null, expected a trial's tag, a string or an integer")
    check(
      ["['1', '0', 2, 3.5, [], []]"],
      "line 1: source's epoch: found 3.5, expected an integer from 0 to 1000000")
    check(
      ["['1', '0', -2, 3, [], []]"],
      "line 1: target's epoch: found -2, expected an integer from 0 to 1000000")
    check(
      ["['1', '0', 2, 3, [0, 1], []]"],
      "line 1: old policy: found 2 numbers, expected 60, probability and magnitude in turn")
    check(
      ["['1', '0', 2, 3, {'lr': 0.1}, []]"],
      "line 1: old policy.hp_policy: found nothing, expected a list of 60 integers")
    check(
      ["['1', '0', 2, 3, 'x', []]"],
      "line 1: old policy: found \"x\", "
        + "expected a list of 60 integers, or an object that holds one as hp_policy"
    )
    let outOfRange = line("1", "0", 2, 3, 0, 10)
    check([outOfRange], "line 1: new policy[1]: found 10, expected an integer from 0 to 9")
    check(
      [line("1", "0", 2, 3, 0, 11)], "line 1: new policy[0]: found 11, expected an integer from 0 to 10")
    check(
      [good, line("2", "1", 5, 2, 1, 2)],
      "line 2: found the source's epoch 2, expected at least 3, the epoch of the line before")
    check(
      [good], epochs: 2,
      "line 1: found the source's epoch 3, expected at most 2, the length of the search; "
        + "give the number of epochs it really ran")
    check([good], epochs: 0, "epochs: found 0, expected an integer from 1 to 1000000")
  }

  @Test(
    "the beginning of a line that a killed writer left at the end is left out, and said",
    arguments: ["[", "['1', 2", "  [\"2\", \"1\", 5, 4, {\"hp_pol", "['2', '1', 5, 4, [0, 1"])
  func unfinished(rest: String) throws {
    let whole = try OriginalLog(line("1", "0", 2, 3, 0, 1) + "\n")
    let cut = try OriginalLog(line("1", "0", 2, 3, 0, 1) + "\n" + rest)
    #expect(whole.unfinishedLine == nil)
    #expect(cut.unfinishedLine == 2)
    #expect(try cut.schedule(epochs: 9, name: "n") == whole.schedule(epochs: 9, name: "n"))
  }

  @Test("a last line without a line feed counts if it is whole")
  func wholeLastLine() throws {
    let log = try OriginalLog(line("1", "0", 2, 3, 0, 1) + "\n" + line("2", "1", 5, 6, 1, 2))
    #expect(log.unfinishedLine == nil)
    #expect(try log.schedule(epochs: 9, name: "n").segments.map(\.epochs) == [3, 3, 3])
  }

  @Test("a file that is no log is named")
  func files() throws {
    let path = NSTemporaryDirectory() + "schedule-" + UUID().uuidString + ".json"
    try Schedule.named("rsvhn").jsonData().write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(
      message { try OriginalLog(contentsOf: path).schedule(epochs: 5, name: "n") }.hasPrefix(
        "\(path): line 1"))
    #expect(
      message { try OriginalLog(contentsOf: "/nowhere/log.txt").schedule(epochs: 5, name: "n") }
        == "/nowhere/log.txt: found no such file, expected a file that exists")
  }
}

private func numbers(_ value: Int) -> String {
  [String](repeating: "\(value)", count: 60).joined(separator: ", ")
}

private func line(
  _ target: String, _ source: String, _ targetEpoch: Int, _ sourceEpoch: Int, _ old: Int, _ new: Int
) -> String {
  "['\(target)', '\(source)', \(targetEpoch), \(sourceEpoch), [\(numbers(old))], [\(numbers(new))]]"
}

/// The policy whose sixty numbers are all the same.
private func constant(_ value: Int) -> Policy? {
  try? Policy(searchVector: [Int](repeating: value, count: 60))
}
