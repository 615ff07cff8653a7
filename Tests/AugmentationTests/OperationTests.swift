import Augmentation
import Foundation
import Images
import Testing

// Foundation has an Operation too.
private typealias Operation = Augmentation.Operation

@Suite struct OperationTests {
  static let sizes = [(1, 1), (1, 5), (5, 1), (2, 2), (3, 7), (32, 32), (33, 31)]

  /// The operations of the PBA paper, of which the catalogue has these and perhaps more.
  static let ofPaper: [Augmentation.Operation] = [
    .rotate, .translateX, .translateY, .brightness, .color, .invert, .sharpness, .posterize, .shearX,
    .solarize,
    .shearY, .equalize, .autoContrast, .cutout, .contrast,
  ]

  @Test func theOperationsOfThePaperAreInTheCatalogue() {
    #expect(Operation.catalogue.filter(Self.ofPaper.contains) == Self.ofPaper)
    #expect(Set(Operation.catalogue.map(\.name)).count == Operation.catalogue.count)
    #expect(
      Self.ofPaper.map(\.name) == [
        "Rotate", "TranslateX", "TranslateY", "Brightness", "Color", "Invert", "Sharpness", "Posterize",
        "ShearX",
        "Solarize", "ShearY", "Equalize", "AutoContrast", "Cutout", "Contrast",
      ])
    #expect(Self.ofPaper.filter(\.isSigned) == [.rotate, .translateX, .translateY, .shearX, .shearY])
    #expect(Self.ofPaper.filter { !$0.usesParameter } == [.invert, .equalize, .autoContrast])
    #expect(Self.ofPaper.filter(\.usesCenter) == [.cutout])
  }

  @Test func namesAreFoundAndCoded() throws {
    for operation in Operation.catalogue {
      #expect(try Operation(named: operation.name) == operation)
    }
    #expect(try JSONEncoder().encode([Operation.rotate, .cutout]) == Data(#"["Rotate","Cutout"]"#.utf8))
    let text = try String(decoding: JSONEncoder().encode(Operation.catalogue), as: UTF8.self)
    #expect(try JSONDecoder().decode([Operation].self, from: Data(text.utf8)) == Operation.catalogue)
  }

  @Test func aWrongNameIsAnsweredWithTheNearest() {
    #expect(throws: AugmentationError.unknownOperation(name: "rotat", nearest: "Rotate")) {
      try Operation(named: "rotat")
    }
    #expect(throws: AugmentationError.unknownOperation(name: "AutoContast", nearest: "AutoContrast")) {
      try JSONDecoder().decode([Operation].self, from: Data(#"["AutoContast"]"#.utf8))
    }
    #expect(throws: AugmentationError.unknownOperation(name: "Blur9000", nearest: nil)) {
      try Operation(named: "Blur9000")
    }
    let description = AugmentationError.unknownOperation(name: "rotat", nearest: "Rotate").description
    #expect(description == "unknown operation 'rotat'; did you mean 'Rotate'?")
    #expect(
      AugmentationError.unknownOperation(name: "Blur9000", nearest: nil).description.contains(
        "Rotate, TranslateX"))
  }

  @Test(arguments: sizes)
  func theIdentityMagnitudesChangeNothing(width: Int, height: Int) {
    let image = noiseImage(width: width, height: height)
    for operation in [Operation.rotate, .shearX, .shearY, .translateX, .translateY, .cutout] {
      for isNegative in [false, true] {
        let changed = image.applying(
          operation, magnitude: 0, isNegative: isNegative, center: (width / 2, height / 2))
        #expect(changed == image, "\(operation)")
      }
    }
    for operation in [Operation.brightness, .color, .contrast, .sharpness] {
      #expect(image.applying(operation, magnitude: 5) == image, "\(operation)")
    }
    #expect(
      image.applying(.solarize, magnitude: 0).colors == image.colors)
  }

  @Test(arguments: sizes)
  func alphaFollowsTheKindOfOperation(width: Int, height: Int) {
    let image = noiseImage(width: width, height: height)
    for magnitude in Operation.magnitudes {
      for operation in [Operation.invert, .equalize, .autoContrast, .posterize, .solarize] {
        #expect(
          image.applying(operation, magnitude: magnitude).alphas.allSatisfy { $0 == 255 }, "\(operation)")
      }
      for operation in [Operation.brightness, .color, .contrast, .sharpness] {
        #expect(image.applying(operation, magnitude: magnitude).alphas == image.alphas, "\(operation)")
      }
    }
  }

  @Test func alphaDoesNotTouchColours() {
    let image = noiseImage(width: 9, height: 8)
    let opaque = RGBAImage(width: 9, height: 8, rgb: image.colors.joined().map { $0 })
    for operation in Operation.catalogue {
      for magnitude in Operation.magnitudes {
        let (changed, expected) = (
          image.applying(operation, magnitude: magnitude, center: (4, 4)),
          opaque.applying(operation, magnitude: magnitude, center: (4, 4))
        )
        #expect(changed.colors == expected.colors)
      }
    }
  }

  @Test func translationsMoveAndLeaveTransparentBlack() {
    let image = noiseImage(width: 12, height: 11)
    for (operation, dx, dy) in [(Operation.translateX, 1, 0), (.translateY, 0, 1)] {
      for magnitude in Operation.magnitudes {
        for sign in [1, -1] {
          let moved = image.applying(
            operation, magnitude: magnitude, isNegative: sign < 0)
          for y in 0..<11 {
            for x in 0..<12 {
              let (oldX, oldY) = (x + sign * magnitude * dx, y + sign * magnitude * dy)
              let isInside = oldX >= 0 && oldX < 12 && oldY >= 0 && oldY < 11
              #expect(moved.pixel(x, y) == (isInside ? image.pixel(oldX, oldY) : [0, 0, 0, 0]))
            }
          }
        }
      }
    }
  }

  @Test func aTranslationBeyondTheImageLeavesNothing() {
    let image = noiseImage(width: 3, height: 3)
    for operation in [Operation.translateX, .translateY] {
      let moved = image.applying(operation, magnitude: 9)
      #expect(moved == constantImage(width: 3, height: 3, [0, 0, 0, 0]))
    }
  }

  @Test func cutoutBlanksItsBox() {
    let image = noiseImage(width: 10, height: 9)
    for center in [(0, 0), (9, 8), (5, 4), (-3, 2), (100, 100), (Int.min, Int.max)] {
      let cut = image.applying(.cutout, magnitude: 4, center: center)
      for y in 0..<9 {
        for x in 0..<10 {
          let isInBox =
            center.0 > -100 && center.0 - 4 <= x && x < center.0 + 4 && center.1 - 4 <= y && y < center.1 + 4
          #expect(cut.pixel(x, y) == (isInBox ? [125, 122, 113, 0] : image.pixel(x, y)))
        }
      }
    }
  }

  @Test func pointOperationsFollowTheirFormulas() {
    let image = noiseImage(width: 40, height: 30)
    let bits = [4, 4, 4, 3, 3, 2, 2, 2, 1, 1]
    let thresholds = [256, 231, 205, 180, 154, 128, 103, 77, 52, 26]
    for magnitude in Operation.magnitudes {
      let inverted = image.applying(.invert, magnitude: magnitude)
      let posterized = image.applying(.posterize, magnitude: magnitude)
      let solarized = image.applying(.solarize, magnitude: magnitude)
      let dropped = 8 - bits[magnitude]
      let threshold = thresholds[magnitude]
      #expect(inverted.colors == image.colors.map { $0.map { 255 - $0 } })
      #expect(posterized.colors == image.colors.map { $0.map { ($0 >> dropped) << dropped } })
      #expect(solarized.colors == image.colors.map { $0.map { Int($0) < threshold ? $0 : 255 - $0 } })
    }
  }
}
