import Foundation
import Policies
import Testing

import class TestSupport.TemporaryFolder

@Suite("A policy and its order in one word") struct PlayedPolicyTests {
  @Test(
    "the order stands after the last @",
    arguments: [
      ("none", "none", PolicyOrder.schedule), ("rcifar10", "rcifar10", .schedule),
      ("rcifar10@shuffled", "rcifar10", .shuffled), ("rcifar10@last", "rcifar10", .last),
      ("runs/a@b/schedule.json@last", "runs/a@b/schedule.json", .last), ("@last", "", .last),
      ("randaugment:2,14", "randaugment:2,14", .schedule),
    ])
  func parsing(text: String, policy: String, order: PolicyOrder) throws {
    let played = try PlayedPolicy(parsing: text)
    #expect(played == PlayedPolicy(policy, order: order))
    #expect(played.description == text)
  }

  @Test("the order schedule is the one that needs no word")
  func spelledOut() throws {
    #expect(try PlayedPolicy(parsing: "rsvhn@schedule").description == "rsvhn")
  }

  @Test("an unknown order is refused with the near miss")
  func unknownOrder() {
    func found(_ text: String) -> String {
      message { try PlayedPolicy(parsing: text) }
    }
    #expect(
      found("rcifar10@shufled")
        == "policy: found the order \"shufled\" in \"rcifar10@shufled\", expected one of schedule, shuffled, last"
        + " (did you mean shuffled?)")
    #expect(
      found("rcifar10@")
        == "policy: found the order \"\" in \"rcifar10@\", expected one of schedule, shuffled, last")
  }

  @Test("a file whose name has an @ is a file")
  func fileWithSign() throws {
    let folder = try TemporaryFolder()
    let path = folder("pba@home.json")
    try folder.write("", to: "pba@home.json")
    #expect(try PlayedPolicy(parsing: path).policy == path)
    #expect(try PlayedPolicy(parsing: path + "@last") == PlayedPolicy(path, order: .last))
  }

  @Test(
    "a list's words stand between commas, and a number belongs to the word before",
    arguments: [
      ("none", ["none"]), ("none,rcifar10@last", ["none", "rcifar10@last"]),
      ("randaugment:2,14,none", ["randaugment:2,14", "none"]),
      ("none,randaugment:2,14", ["none", "randaugment:2,14"]), ("a,,b", ["a", "", "b"]), ("1,2", ["1,2"]),
      ("", [""]),
    ])
  func lists(list: String, words: [String]) {
    #expect(PlayedPolicy.words(in: list) == words)
  }
}
