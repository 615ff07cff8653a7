import Augmentation
import Images
import Testing

@Suite struct EnhanceTests {
  /// Returns d + v·(i - d) in single precision, truncated and clipped.
  static func blend(_ degenerate: Int, _ value: UInt8, _ magnitude: Int) -> UInt8 {
    let factor = Float(Double(magnitude) * 1.8 / 10 + 0.1)
    let mixture = Float(degenerate) + factor * Float(Int(value) - degenerate)
    return UInt8(min(max(mixture, 0), 255))
  }

  static func luma(_ color: [UInt8]) -> Int {
    (19595 * Int(color[0]) + 38470 * Int(color[1]) + 7471 * Int(color[2]) + 32768) >> 16
  }

  /// Every value, mixed with black.
  @Test(arguments: Operation.magnitudes)
  func brightnessMixesWithBlack(magnitude: Int) {
    let bytes = (0..<256).flatMap { value in [UInt8](repeating: UInt8(value), count: 3) }
    let image = RGBAImage(width: 16, height: 16, rgb: bytes)
    let bright = image.applying(.brightness, magnitude: magnitude)
    #expect(bright.colors.joined().elementsEqual(bytes.map { Self.blend(0, $0, magnitude) }))
  }

  /// 65,536 random colours, each with its own grey.
  @Test(arguments: Operation.magnitudes)
  func colorMixesWithLuma(magnitude: Int) {
    let image = noiseImage(width: 4096, height: 16, seed: 5)
    let coloured = image.applying(.color, magnitude: magnitude)
    for (before, after) in zip(image.colors, coloured.colors) {
      let grey = Self.luma(before)
      guard after == before.map({ Self.blend(grey, $0, magnitude) }) else {
        Issue.record("magnitude \(magnitude): \(before) became \(after)")
        return
      }
    }
  }

  /// Two pixels of known grey levels: the mean is known, and takes every level.
  @Test(arguments: Operation.magnitudes)
  func contrastMixesWithTheMeanGrey(magnitude: Int) {
    for dark in stride(from: UInt8(0), through: 255, by: 3) {
      for light in stride(from: UInt8(0), through: 255, by: 5) {
        let image = RGBAImage(width: 1, height: 2, rgb: [dark, dark, dark, light, light, light])
        let mean = (Int(dark) + Int(light) + 1) / 2
        let expected = [dark, light].map { Self.blend(mean, $0, magnitude) }
        let found = image.applying(.contrast, magnitude: magnitude)
        #expect(found.colors == expected.map { [$0, $0, $0] })
      }
    }
  }

  @Test(arguments: Operation.magnitudes)
  func sharpnessMixesWithTheSmoothedImage(magnitude: Int) {
    let (width, height) = (150, 120)
    let image = noiseImage(width: width, height: height, seed: 6)
    let sharp = image.applying(.sharpness, magnitude: magnitude)
    for y in 0..<height {
      for x in 0..<width {
        let isBorder = x == 0 || y == 0 || x == width - 1 || y == height - 1
        var expected = image.pixel(x, y)
        if !isBorder {
          for channel in 0..<3 {
            var sum = 4 * Int(image.pixel(x, y)[channel])
            for offset in 0..<9 { sum += Int(image.pixel(x + offset % 3 - 1, y + offset / 3 - 1)[channel]) }
            let smooth = Int((Double(sum) / 13 + 0.5).rounded(.down))
            expected[channel] = Self.blend(smooth, expected[channel], magnitude)
          }
        }
        guard sharp.pixel(x, y) == expected else {
          Issue.record("magnitude \(magnitude) at (\(x), \(y)): \(sharp.pixel(x, y)), expected \(expected)")
          return
        }
      }
    }
  }
}
