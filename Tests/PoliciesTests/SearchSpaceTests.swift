import Augmentation
import Foundation
import Policies
import Testing
import Text

/// A space that differs from PBA's in every part.
func turns() throws -> SearchSpace {
  try SearchSpace(
    name: "turns", operationCount: [0.25, 0.25, 0.25, 0.25], scalesPixels: false,
    choices: [
      .init(ScaledOperation(.rotate, from: 0, to: 270, steps: 4, isSigned: false), entries: 3),
      .init(ScaledOperation(.translateX), entries: 1),
      .init(ScaledOperation(.solarize, from: 256, to: 1, steps: 100), entries: 2),
    ])
}

@Suite struct SearchSpaceTests {
  @Test func pbaIsTheOriginalsLayout() {
    let space = SearchSpace.pba
    #expect(space.isPBA)
    #expect(space.entries == OriginalLayout.operations + OriginalLayout.operations)
    #expect(space.operationCount == [0.2, 0.3, 0.5])
    #expect(SearchSpace(name: "mine", operations: OriginalLayout.operations, copies: 2).isPBA)
    #expect(!SearchSpace(operations: OriginalLayout.operations, copies: 1).isPBA)
  }

  @Test func entriesGoRoundAsLongAsAnOperationHasOne() throws {
    let space = try turns()
    #expect(space.entries == [.rotate, .translateX, .solarize, .rotate, .solarize, .rotate])
    #expect(space.start.entries.allSatisfy { $0.probability == 0 && $0.magnitude == 0 })
    #expect(!space.isPBA)
  }

  @Test func drawsAndPerturbsWithinEachOperationsSteps() throws {
    let space = try turns()
    var generator = randomness(4)
    var seen = space.scaledEntries.map { _ in Set<Int>() }
    var policy = space.start
    for round in 0..<3000 {
      policy =
        round < 1000
        ? space.random(using: &generator) : PolicyPerturbation().perturb(policy, using: &generator)
      #expect(policy.entries.map(\.scaled) == space.scaledEntries)
      for (place, entry) in policy.entries.enumerated() { seen[place].insert(entry.magnitude) }
    }
    for (place, operation) in space.scaledEntries.enumerated() {
      #expect(seen[place] == Set(operation.magnitudes))
    }
  }

  @Test func textIsReadAgain() throws {
    for space in [try turns(), .pba] {
      #expect(try SearchSpace(jsonText: space.description.utf8) == space)
      let data = try JSONEncoder().encode(["space": space])
      #expect(try JSONDecoder().decode([String: SearchSpace].self, from: data)["space"] == space)
    }
  }

  @Test func defaultsAreThoseOfPBA() throws {
    let text =
      #"{"format":"pba-space","version":1,"name":"x","operations":[{"operation":"Rotate"},"#
      + #"{"operation":"ShearX","lowest":0,"highest":1},{"operation":"Color","lowest":2,"highest":2}]}"#
    let space = try SearchSpace(jsonText: text.utf8)
    #expect(space.operationCount == [0.2, 0.3, 0.5] && space.scalesPixels)
    #expect(space.choices.map(\.entries) == [2, 2, 2])
    #expect(space.choices[0].operation == ScaledOperation(.rotate))
    #expect(space.choices[1].operation.magnitudes == 0...9 && space.choices[1].operation.isSigned)
    #expect(space.choices[2].operation.magnitudes == 0...0)
  }

  static let mistakes: [(String, String)] = [
    (#""operations":[]"#, "operations: found none, expected at least one"),
    (
      #""operations":{}"#,
      "operations: found an object, expected a list of operations, such as - {operation: Rotate, entries: 2}"
    ),
    (
      #""operation":[]"#,
      "found the unknown key \"operation\", expected one of format, version, name, operationCount, scalePixels, operations (did you mean operations?)"
    ),
    (
      #""operations":[{"operation":"Rotate","stepz":4}]"#,
      "operations[0]: found the unknown key \"stepz\", expected one of operation, entries, lowest, highest, steps, signed (did you mean steps?)"
    ),
    (
      #""operations":[{"operation":"Rotate"},{"operation":"Rotate"}]"#,
      "operations[1].operation: found Rotate again, as in operations[0], expected each operation once; \"entries\" says how often a policy has it"
    ),
    (
      #""operations":[{"operation":"Rotate","lowest":0}]"#,
      "operations[0].highest: found nothing, expected a number, as lowest is given"
    ),
    (
      #""operations":[{"operation":"Rotate","steps":4}]"#,
      "operations[0].steps: found 4 without bounds, expected lowest and highest beside it"
    ),
    (
      #""operations":[{"operation":"Invert","steps":4}]"#,
      "operations[0].steps: found 4 without bounds, expected no steps: Invert has no parameter"
    ),
    (
      #""operations":[{"operation":"Rotate","lowest":"0","highest":1}]"#,
      "operations[0].lowest: found \"0\", expected a finite number"
    ),
    (
      #""operations":[{"operation":"Rotate","entries":11}]"#,
      "operations[0].entries: found 11, expected an integer from 1 to 10"
    ),
    (
      #""operations":[{"operation":"Rotate","entries":0}]"#,
      "operations[0].entries: found 0, expected an integer from 1 to 10"
    ),
    (
      #""operations":[{"operation":"Rotate","signed":1}]"#,
      "operations[0].signed: found 1, expected true or false"
    ),
    (
      #""operationCount":[0.5,0.6],"operations":[{"operation":"Rotate"}]"#,
      "operationCount: found probabilities that sum to 1.1, expected a sum of 1"
    ),
    (
      #""scalePixels":"yes","operations":[{"operation":"Rotate"}]"#,
      "scalePixels: found \"yes\", expected true or false"
    ),
  ]

  @Test(arguments: mistakes) func mistakesAreNamedWithTheirPlace(body: String, expected: String) {
    let text = #"{"format":"pba-space","version":1,"name":"x","# + body + "}"
    #expect(message { try SearchSpace(jsonText: text.utf8) } == expected)
  }

  @Test func otherFilesAreRefused() throws {
    func words(_ text: String) -> String { message { try SearchSpace(jsonText: text.utf8) } }
    #expect(words("[]").hasPrefix("found a list of 0, expected 'key: value' lines"))
    #expect(words("{}") == "format: found nothing, expected \"pba-space\": this is not a search space of pba")
    #expect(words(#"{"format":"pba-schedule"}"#).contains("this is a schedule"))
    #expect(words(#"{"format":"pba"}"#).contains("not a search space of pba"))
    #expect(words(#"{"format":"pba-space","version":2}"#).contains("a newer pba wrote this file"))
    let near = #"{"format":"pba-space","version":1,"name":"x","operations":[{"operation":"Rotat"}]}"#
    #expect(words(near).hasSuffix("(did you mean Rotate?)"))
    let long = String(repeating: "n", count: 101)
    #expect(
      words(#"{"format":"pba-space","version":1,"name":"\#(long)","operations":[{"operation":"Rotate"}]}"#)
        == "name: found 101 characters, expected a name of 1 to 100 characters")
    let many = Array(repeating: "0.0", count: 17).joined(separator: ",")
    #expect(
      words(
        #"{"format":"pba-space","version":1,"name":"x","operationCount":[1.0,\#(many)],"operations":[{"operation":"Rotate"}]}"#
      )
        == "operationCount: found a list of 18, expected at most 17, for 0 to 16 operations")
  }
}
