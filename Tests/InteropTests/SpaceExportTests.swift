import Augmentation
import Foundation
import Interop
import Policies
import Testing
import Text

@Suite("Exporting a schedule of another search space")
struct SpaceExportTests {
  private func schedule(scalesPixels: Bool = true, sharpest: Double = 3) throws -> Schedule {
    let space = try SearchSpace(
      name: "turns", operationCount: [0, 1], scalesPixels: scalesPixels,
      choices: [
        .init(ScaledOperation(.rotate, from: 0, to: 270, steps: 4, isSigned: false), entries: 1),
        .init(ScaledOperation(.translateX, from: 0, to: 40, steps: 41), entries: 1),
        .init(ScaledOperation(.posterize, from: 8, to: 1, steps: 8), entries: 1),
        .init(ScaledOperation(.sharpness, from: 1, to: sharpest), entries: 1),
      ])
    let entries = try zip(space.scaledEntries, [3, 40, 0, 9]).map {
      try PolicyEntry($0, probability: 10, magnitude: $1)
    }
    return try Schedule(
      name: "own", space: space, segments: [.init(epochs: 3, policy: Policy(entries: entries))])
  }

  private func module(_ schedule: Schedule) throws -> String {
    var data = Data()
    try TorchvisionModule.write(schedule) { data += $0 }
    return String(decoding: data, as: UTF8.self)
  }

  @Test("the module for torchvision has the strengths and directions of the space")
  func torchvision() throws {
    let text = try module(schedule())
    for line in [
      "(\"Rotate\", 1.0, 270.0, False)", "(\"TranslateX\", 1.0, 40.0, True)", "OPERATION_COUNT = (0.0, 1.0)",
    ] {
      #expect(text.contains(line), "\(line)")
    }
  }

  @Test("the module for torchvision has one line of lengths, and no place that was to be filled")
  func lengths() throws {
    let scaled = "LENGTHS = {\"TranslateX\": 1, \"TranslateY\": 1, \"Cutout\": 2, \"GaussianBlur\": 0}"
    for (scalesPixels, expected) in [(true, scaled), (false, "LENGTHS: dict[str, int] = {}")] {
      let text = try module(schedule(scalesPixels: scalesPixels))
      let lines = text.split(separator: "\n").filter { $0.hasPrefix("LENGTHS") }
      #expect(lines.map(String.init) == [expected])
      #expect(!text.contains(/%[A-Za-z_]+%/))
    }
  }

  @Test("the file for Albumentations has them, and nothing for a strength that changes nothing")
  func albumentations() throws {
    let files = try AlbumentationsFile.all(of: schedule())
    let text = String(decoding: try files[0].data(name: "own"), as: UTF8.self)
    #expect(text.contains("\"limit\": [270.0, 270.0]"))
    #expect(!text.contains("[-270.0, -270.0]"))
    #expect(text.contains("\"x\": [-40, -40]") && text.contains("\"x\": [40, 40]"))
    #expect(!text.contains("num_bits"))
  }

  @Test("what Albumentations cannot hold is refused by its place")
  func tooSharp() {
    #expect(
      message { try AlbumentationsFile.all(of: schedule(sharpest: 15)) }
        == "segments[0].policy: found Sharpness by the factor 15.0, expected at most 14, which Albumentations takes; export as"
        + " json or torchvision")
  }

  @Test("a log of the original cannot hold it")
  func original() {
    #expect(
      message { try OriginalLog.data(of: schedule()) }
        == "space: found the search space \"turns\", expected PBA's own, the only one that a log of Ray can hold; export as"
        + " json")
  }
}
