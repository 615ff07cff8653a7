import Augmentation
import Foundation
import Policies
import Reports
import Testing

@Suite struct EpochStripTests {
  private func strip(_ epochs: [Int], draws: Int, images: Int) throws -> EpochStrip {
    let policy = try previewed("rcifar10")
    return EpochStrip(
      policy: policy.name, length: 200, epochs: epochs,
      images: try (0..<images).map { index in
        try previewedImage(
          "image \(index)", slope(width: 32, height: 32), policy, epochs: epochs, draws: draws, index: index)
      })
  }

  @Test func aColumnIsAnEpochAndARowADraw() throws {
    let strip = try strip([1, 50, 200], draws: 3, images: 2)
    let svg = try SVGNode.read(strip.figure().drawing.svg())
    #expect(svg.elements("image").count == 2 * (1 + 9))
    #expect(svg.words.first == "rcifar10: the same images at epochs 1, 50, 200 of 200")
    #expect(svg.words.filter { $0.hasPrefix("epoch ") } == ["epoch 1", "epoch 50", "epoch 200"])
    #expect(svg.words.filter { $0.hasPrefix("draw ") }.count == 6)
    for image in strip.images {
      for draw in image.draws {
        let epoch = try #require(draw.epoch)
        let words = draw.lines.joined(separator: "; ")
        let node = try svg.image("\(image.name), epoch \(epoch), draw \(draw.number): \(words)")
        #expect(try svg.lines(below: node) == draw.lines)
        // Below the head of its epoch.
        let head = try #require(svg.elements("text").first { $0.text == "epoch \(epoch)" })
        #expect(abs(head.number("x") - node.number("x") - node.number("width") / 2) <= 0.5)
      }
    }
  }

  @Test func theFirstEpochOfThePublishedScheduleDoesNothing() throws {
    let strip = try strip([1, 200], draws: 30, images: 1)
    let quiet = strip.images[0].draws.filter { $0.epoch == 1 }
    #expect(quiet.count == 30 && quiet.allSatisfy { $0.lines == ["nothing"] })
    #expect(strip.images[0].draws.contains { $0.epoch == 200 && !$0.applied.isEmpty })
  }

  @Test(arguments: [1, 3])
  func wordsAreInsideAndApart(_ draws: Int) throws {
    for epochs in [[200], Array(stride(from: 10, through: 200, by: 10))] {
      let drawing = try strip(epochs, draws: draws, images: 2).figure().drawing
      try expectInside(drawing)
      try expectApart(drawing)
    }
  }

  @Test func aSingleRowNeedsNoNumber() throws {
    let svg = try SVGNode.read(strip([1, 200], draws: 1, images: 1).figure().drawing.svg())
    #expect(!svg.words.contains { $0.hasPrefix("draw ") })
    #expect(svg.words.first == "rcifar10: the same image at epochs 1, 200 of 200")
  }
}
