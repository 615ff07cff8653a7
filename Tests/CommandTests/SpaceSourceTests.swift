import Augmentation
import Command
import Foundation
import Policies
import Spaces
import TestSupport
import Testing

@Suite("Search spaces of the command line")
struct SpaceSourceTests {
  private func source(_ text: String) throws -> SpaceSource { try #require(SpaceSource(argument: text)) }

  @Test("are names, files and objects")
  func kinds() throws {
    let folder = try TemporaryFolder(inMemory: true)
    let digits = try source("digits").space()
    #expect(digits.name == "digits")
    try Data(digits.yaml.utf8).write(to: URL(fileURLWithPath: folder("mine.yaml")))
    #expect(try source(folder("mine.yaml")).space() == digits)
    #expect(try source(digits.description).space() == digits)
    // What a run's settings hold is read again.
    #expect(try source(digits.description).recorded() == digits)
    for usual in ["default", "pba", SearchSpace.pba.description] {
      #expect(try source(usual).recorded() == nil)
    }
  }

  @Test(
    "say what is wrong with them",
    arguments: [
      ("digit", "space: found \"digit\", expected default, one of digits, "),
      ("", "space: found \"\", expected"),
      ("none/there.yaml", "space: found none/there.yaml, where there is no file"),
      ("{", "space: line 1, column 2: found the end of the text"),
      ("{}", "space: format: found nothing, expected"),
    ])
  func mistakes(text: String, words: String) throws {
    let found = try #require(message { _ = try source(text).space() })
    #expect(found.contains(words), "\(found)")
  }

  @Test("are looked at for what has no effect")
  func findings() throws {
    let space = try SearchSpace(
      name: "idle", operationCount: [0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
      choices: [
        .init(ScaledOperation(.brightness, from: 1, to: 1, steps: 1), entries: 1),
        .init(ScaledOperation(.posterize, from: 4, to: 1, steps: 10), entries: 1),
        .init(ScaledOperation(.cutout, from: 0, to: 2, steps: 2), entries: 1),
        .init(ScaledOperation(.invert), entries: 2),
        .init(ScaledOperation(.rotate, from: -20, to: 20, steps: 10), entries: 1),
        .init(ScaledOperation(.translateX, from: 40, to: 80, steps: 5), entries: 1),
      ])
    let findings = SpaceFindings(space)
    #expect(
      findings.warnings == [
        "Brightness: changes nothing at any step; give it other bounds, or leave it out",
        "Posterize: 10 steps have only 4 different strengths, as its parameter is rounded to whole numbers; give it 4 steps",
        "Rotate: 10 steps have only 5 different strengths, as it goes both ways from bounds on both sides of 0; "
          + "give it bounds on one side, or signed: false",
        "operationCount: 9 operations an image are asked for, and a policy has only 7 entries",
      ])
    #expect(findings.numbers == 1 + 2 + 2 + 2 + 2 + 2)
    #expect(SpaceFindings(.pba).warnings == [])
    #expect(SpaceFindings(.pba).numbers == 54)
  }
}
