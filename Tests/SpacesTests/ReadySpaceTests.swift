import Augmentation
import Foundation
import Policies
import Spaces
import TestSupport
import Testing
import Text

@Suite struct ReadySpaceTests {
  static let names = ["digits", "documents", "microscopy", "natural", "pba", "satellite"]

  @Test func namesAreThoseOfTheFolder() throws {
    #expect(try ReadySpace.names() == Self.names)
    #expect(try ReadySpace(named: "nothing") == nil)
    #expect(try ReadySpace(named: "../pba") == nil)
    #expect(try ReadySpace(named: "default")?.name == "pba")
  }

  @Test(arguments: names) func isValidAndReadAgain(name: String) throws {
    let ready = try #require(try ReadySpace(named: name))
    #expect(ready.space.name == name)
    #expect(try SearchSpace(yaml: ready.space.yaml, from: "again") == ready.space)
    // Each operation has a line that says why.
    let lines = ready.text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
    for (index, line) in lines.enumerated() where line.hasPrefix("- {operation") {
      #expect(lines[index - 1].hasPrefix("# "), "\(line)")
    }
  }

  @Test func defaultIsPBAs() throws {
    let space = try #require(try ReadySpace(named: "default")).space
    #expect(space == .pba && space.isPBA)
  }

  @Test func directionsAreThoseThatTheImagesAllow() throws {
    let digits = try #require(try ReadySpace(named: "digits")).space
    #expect(
      Set(digits.operations).isDisjoint(with: [.invert, .solarize, .flipHorizontal, .flipVertical]))
    for name in ["satellite", "microscopy"] {
      let space = try #require(try ReadySpace(named: name)).space
      #expect(Set(space.operations).isSuperset(of: [.flipHorizontal, .flipVertical]))
      let turn = try #require(space.operation(named: "Rotate"))
      #expect(!turn.isSigned)
      #expect(turn.magnitudes.map { turn.parameter(magnitude: $0) } == [0, 90, 180, 270])
    }
  }
}

@Suite struct SpaceFileTests {
  private func words(_ text: String) -> String {
    message(of: PolicyError.self) { try SearchSpace(yaml: text, from: "s.yaml") }
  }

  private let head = "format: pba-space\nversion: 1\nname: x\n"

  @Test func readsYAMLAndJSON() throws {
    let text = head + "operations:\n  - {operation: Rotate, lowest: 0, highest: 1e1, steps: 3}\n"
    let space = try SearchSpace(yaml: text, from: "s.yaml")
    #expect(space.choices[0].operation.parameter(magnitude: 1) == 5)
    #expect(try SearchSpace(yaml: space.description, from: "s.json") == space)
  }

  @Test func mistakesNameTheFile() {
    #expect(
      words("")
        == "s.yaml: found an empty file, expected a search space; `pba space show default` prints one to edit"
    )
    #expect(words("a: [").hasPrefix("s.yaml: found a text that is not YAML (line "))
    #expect(
      words(head + "operations:\n  - {operation: Rotate, lowest: .nan, highest: 1}\n").hasPrefix(
        "s.yaml: operations[0].lowest: found '.nan'"))
    #expect(
      words(head + "operations:\n  - {operation: Rotate, lowest: 1e999, highest: 1}\n").hasPrefix(
        "s.yaml: operations[0].lowest: found '1e999', expected a finite number"))
    #expect(words(head + "operations:\n  - {operation: Rotate, steps: 010}\n").contains("found '010'"))
    #expect(words(head + "name: y\noperations: []\n").contains("more than once"))
    #expect(words(head + "operations:\n  - {operation: Rotate, signed: yes}\n").contains("found 'yes'"))
  }

  @Test func namesThatStandForManyValuesEndEarly() {
    let stories = (1...9).map {
      "b\($0): &b\($0) [\(Array(repeating: "*b\($0 - 1)", count: 9).joined(separator: ", "))]"
    }
    let text = head + "b0: &b0 [1, 1, 1]\n" + stories.joined(separator: "\n")
    #expect(words(text) == "s.yaml: found more than 40000 values, expected a smaller file")
  }

  @Test func deepAndLargeFilesAreRefused() throws {
    let deep = head + "operations: " + String(repeating: "[", count: 5000)
    #expect(words(deep).contains("nesting is too deep"))
    let folder = try TemporaryFolder(inMemory: true)
    let path = folder("large.yaml")
    try Data(repeating: UInt8(ascii: "#"), count: 70 << 10).write(to: URL(fileURLWithPath: path))
    #expect(throws: (any Error).self) { try SearchSpace(contentsOf: path) }
    #expect(
      message(of: PolicyError.self) { try SearchSpace(contentsOf: folder.path) }.contains(
        "something else than a file"))
  }
}
