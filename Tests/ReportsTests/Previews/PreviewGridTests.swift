import Augmentation
import Policies
import Reports
import Testing

@Suite struct PreviewGridTests {
  private let hostile = "<b>&\"\u{1b}[31m\u{202e}日本 " + String(repeating: "Wide name ", count: 30) + ".png"

  private func grid(draws: Int = 5, name: String = "second.jpg") throws -> PreviewGrid {
    let policy = try previewed("rcifar10")
    return PreviewGrid(
      policy: policy.name, moment: (epoch: 120, length: 200),
      images: [
        try previewedImage("first.png", slope(width: 32, height: 32), policy, epochs: [120], draws: draws),
        try previewedImage(name, slope(width: 40, height: 25), policy, epochs: [120], draws: draws, index: 1),
      ])
  }

  @Test func everyDrawHasItsImageAndWhatFired() throws {
    let grid = try grid()
    let svg = try SVGNode.read(grid.figure().drawing.svg())
    #expect(svg.elements("image").count == 12)
    #expect(svg.words.first == "rcifar10, epoch 120 of 200: 5 draws of each image")
    #expect(svg.words.filter { $0.hasPrefix("draw ") } == (1...5).map { "draw \($0)" })
    #expect(grid.images.flatMap(\.draws).contains { $0.applied.isEmpty }, "a draw without operation")
    for image in grid.images {
      #expect(try svg.lines(below: svg.image("\(image.name), original")) == [image.name])
      for draw in image.draws {
        let words = draw.lines.joined(separator: "; ")
        let node = try svg.image("\(image.name), epoch 120, draw \(draw.number): \(words)")
        #expect(try svg.lines(below: node) == draw.lines)
        #expect(draw.applied.isEmpty == (draw.lines == ["nothing"]))
      }
    }
    #expect(svg.elements("text", class: "faint").map(\.text).contains("nothing"))
    #expect(!svg.elements("text", class: "ink").map(\.text).contains("nothing"))
  }

  @Test func pixelsAreSharpSquaresAndKeepTheirShape() throws {
    let grid = try grid()
    let svg = try SVGNode.read(grid.figure().drawing.svg())
    for image in grid.images {
      for (label, expected) in [("\(image.name), original", image.original)]
        + image.draws.map({
          ("\(image.name), epoch 120, draw \($0.number): \($0.lines.joined(separator: "; "))", $0.image)
        })
      {
        let node = try svg.image(label)
        let (pixels, shown) = (try node.embedded(), expected.shown)
        // Drawn 4 and 3 times as large, and for twice the pixels of the drawing.
        let factor = shown.width == 32 ? 4 : 3
        #expect(node.number("width") == Double(shown.width * factor))
        #expect(node.number("height") == Double(shown.height * factor))
        let squares = 2 * factor
        #expect([pixels.width, pixels.height] == [shown.width * squares, shown.height * squares])
        let isSame = (0..<pixels.width * pixels.height).allSatisfy { index in
          let (x, y) = (index % pixels.width / squares, index / pixels.width / squares)
          return pixels.pixels[index * 4..<index * 4 + 4].elementsEqual(
            shown.pixels[(y * shown.width + x) * 4..<(y * shown.width + x) * 4 + 4])
        }
        #expect(isSame, "\(label)")
      }
    }
  }

  @Test(arguments: [1, 8, 9, 20])
  func wordsAreInsideAndApart(_ draws: Int) throws {
    for name in ["second.jpg", hostile] {
      let drawing = try grid(draws: draws, name: name).figure().drawing
      try expectInside(drawing)
      try expectApart(drawing)
      #expect(drawing.width < 1500)
      #expect(try SVGNode.read(drawing.svg()).elements("image").count == 2 * (draws + 1))
    }
  }

  @Test func hostileNamesArePrintableAndShort() throws {
    let svg = try SVGNode.read(grid(name: hostile).figure().drawing.svg())
    #expect(svg.words.allSatisfy { !$0.contains("\u{1b}") && !$0.contains("\u{202e}") && $0.count < 200 })
    #expect(svg.words.contains { $0.hasPrefix("<b>&\"\\u001b[31m") })
    #expect(svg.elements("b").isEmpty)
  }

  @Test(arguments: ["randaugment:3,20", "autoaugment", "trivialaugment-wide", "none"])
  func policiesWithoutEpochsAreDrawnToo(_ name: String) throws {
    let policy = try previewed(name)
    let image = try previewedImage("a.png", slope(width: 32, height: 32), policy, epochs: [nil], draws: 16)
    let figure = try PreviewGrid(policy: policy.name, moment: nil, images: [image]).figure()
    try expectInside(figure.drawing)
    try expectApart(figure.drawing)
    #expect(figure.drawing.title == "\(name): 16 draws of each image")
    #expect(figure.drawing.description.contains("draw 16: \(image.draws[15].lines.joined(separator: "; "))."))
    #expect(figure.table.rows.map(\.last) == image.draws.map { $0.lines.joined(separator: "; ") })
  }

  @Test func notesExplainWhatOccurs() throws {
    let none = try previewed("none")
    let plain = try previewedImage("a.png", slope(width: 8, height: 8), none, epochs: [nil], draws: 2)
    let quiet = try PreviewGrid(policy: "none", moment: nil, images: [plain]).figure().caption
    #expect(!quiet.contains("Grey") && !quiet.contains("minus") && !quiet.contains("magnitudes"))
    let full = try grid(draws: 40).figure().caption
    #expect(full.contains("Grey") && full.contains("minus") && full.contains("magnitudes"))
  }

  @Test func largeImagesAreScaledDown() throws {
    let policy = try previewed("rcifar10")
    let image = try previewedImage("a.png", slope(width: 600, height: 300), policy, epochs: [9], draws: 8)
    let drawing = try PreviewGrid(policy: "p", moment: (9, 200), images: [image]).figure().drawing
    try expectInside(drawing)
    try expectApart(drawing)
    let images = try SVGNode.read(drawing.svg()).elements("image")
    #expect(images.allSatisfy { $0.number("width") == 256 && $0.number("height") == 128 })
    #expect(drawing.width < 1500)
  }

  @Test func themesDifferInColoursAlone() throws {
    let drawing = try grid(draws: 2).figure().drawing
    let (light, dark) = (try SVGNode.read(drawing.svg(.light)), try SVGNode.read(drawing.svg(.dark)))
    #expect(light.all.map(\.attributes) == dark.all.map(\.attributes))
    for (theme, paper) in [(Theme.light, [UInt8](repeating: 255, count: 3)), (.dark, [0x14, 0x17, 0x1c])] {
      let picture = try drawing.image(theme, scale: 2)
      #expect(Array(picture.pixels[0..<3]) == paper)
      // The middle of the first original's first square, at twice the drawing's pixels.
      let frame = try #require(light.image("first.png, original").box)
      let start = ((Int(frame.y) * 2 + 4) * picture.width + Int(frame.x) * 2 + 4) * 4
      #expect(Array(picture.pixels[start..<start + 3]) == [0, 0, 0])
    }
  }
}
