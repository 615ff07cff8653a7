import Augmentation
import Foundation
import Images
import Testing

// Foundation has an Operation too.
private typealias Operation = Augmentation.Operation

@Suite struct GeometryTests {
  /// x' = a·x + b·y + c, y' = d·x + e·y + f, from a place in the new image to its place in the old.
  struct Map {
    var a = 1.0
    var b = 0.0
    var c = 0.0
    var d = 0.0
    var e = 1.0
    var f = 0.0

    static func rotation(degrees: Double, width: Int, height: Int) -> Map {
      let (cosine, sine) = (cos(-degrees * .pi / 180), sin(-degrees * .pi / 180))
      let (x, y) = (Double(width) / 2, Double(height) / 2)
      return Map(
        a: cosine, b: sine, c: x - cosine * x - sine * y, d: -sine, e: cosine, f: y + sine * x - cosine * y)
    }

    /// Moves an image pixel by pixel, in 16.16 fixed point from the middle of the first pixel.
    func apply(to image: RGBAImage) -> RGBAImage {
      func fixed(_ value: Double) -> Int { Int((value * 65536 + 0.5).rounded(.down)) }
      let (startX, startY) = (fixed(c + a * 0.5 + b * 0.5), fixed(f + d * 0.5 + e * 0.5))
      var pixels: [UInt8] = []
      for y in 0..<image.height {
        for x in 0..<image.width {
          let sourceX = (startX + x * fixed(a) + y * fixed(b)) >> 16
          let sourceY = (startY + x * fixed(d) + y * fixed(e)) >> 16
          let isInside = sourceX >= 0 && sourceX < image.width && sourceY >= 0 && sourceY < image.height
          pixels += isInside ? image.pixel(sourceX, sourceY) : [0, 0, 0, 0]
        }
      }
      return RGBAImage(width: image.width, height: image.height, pixels: pixels)
    }
  }

  @Test(arguments: [(1, 1), (1, 9), (9, 1), (2, 2), (5, 3), (32, 32), (33, 31), (20, 90)])
  func pixelsMoveByTheAffineMap(width: Int, height: Int) {
    let image = noiseImage(width: width, height: height)
    for magnitude in Operation.magnitudes {
      for sign in [1.0, -1.0] {
        let shear = sign * 0.03 * Double(magnitude)
        let rotation = Map.rotation(degrees: sign * 3 * Double(magnitude), width: width, height: height)
        #expect(
          image.applying(.rotate, magnitude: magnitude, isNegative: sign < 0) == rotation.apply(to: image),
          "Rotate \(magnitude) \(sign)")
        #expect(
          image.applying(.shearX, magnitude: magnitude, isNegative: sign < 0)
            == Map(b: shear).apply(to: image), "ShearX \(magnitude) \(sign)")
        #expect(
          image.applying(.shearY, magnitude: magnitude, isNegative: sign < 0)
            == Map(d: shear).apply(to: image), "ShearY \(magnitude) \(sign)")
      }
    }
  }

  @Test func aPositiveRotationIsCounterClockwise() {
    // A white line along the upper half of the middle column leans to the left.
    var pixels = [UInt8](repeating: 0, count: 33 * 33 * 4)
    for y in 0..<16 { pixels[(y * 33 + 16) * 4] = 255 }
    let image = RGBAImage(width: 33, height: 33, pixels: pixels)
    let turned = image.applying(.rotate, magnitude: 9)
    let white = (0..<33 * 33).filter { turned.pixels[$0 * 4] == 255 }
    #expect(!white.isEmpty)
    #expect(white.allSatisfy { $0 % 33 <= 16 })
    #expect(white.contains { $0 % 33 < 11 })
  }
}
