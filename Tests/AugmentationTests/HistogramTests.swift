import Augmentation
import Images
import Testing

@Suite struct HistogramTests {
  static let operations = [Operation.equalize, .autoContrast]

  @Test(arguments: operations, [(1, 1), (1, 7), (32, 32)])
  func aConstantImageStaysAsItIs(_ operation: Operation, size: (Int, Int)) {
    for value in [UInt8(0), 1, 100, 255] {
      let image = constantImage(width: size.0, height: size.1, [value, 255 - value, value / 2, 255])
      #expect(image.applying(operation, magnitude: 0) == image)
    }
  }

  @Test func autoContrastStretchesEachChannelByItself() {
    let image = RGBAImage(width: 3, height: 1, rgb: [10, 0, 77, 20, 255, 77, 30, 100, 77])
    let stretched = image.applying(.autoContrast, magnitude: 0)
    #expect(stretched.colors == [[0, 0, 77], [127, 255, 77], [255, 100, 77]])
  }

  @Test func autoContrastReachesBothEnds() {
    for seed in UInt64(0)..<50 {
      let image = noiseImage(width: 3, height: 3, seed: seed)
      let stretched = image.applying(.autoContrast, magnitude: 0)
      for channel in 0..<3 {
        let values = stretched.colors.map { $0[channel] }
        #expect(values.min() == 0)
        #expect(values.max().map { $0 >= 254 } == true)
      }
    }
  }

  @Test(arguments: [(1, 1), (5, 3), (16, 16), (32, 32), (33, 31), (100, 90)])
  func equalizeFollowsItsDefinition(width: Int, height: Int) {
    for (seed, levels) in [(UInt64(1), 256), (2, 2), (3, 5), (4, 60)] {
      let step = 256 / levels
      let bytes = noiseBytes(width * height * 3, seed: seed).map { UInt8(Int($0) / step * step) }
      let image = RGBAImage(width: width, height: height, rgb: bytes)
      let equalized = image.applying(.equalize, magnitude: 0)
      for channel in 0..<3 {
        let table = Self.equalizeTable(image.colors.map { $0[channel] })
        #expect(equalized.colors.map { $0[channel] } == image.colors.map { table[Int($0[channel])] })
      }
    }
  }

  static func equalizeTable(_ values: [UInt8]) -> [UInt8] {
    var counts = Array(repeating: 0, count: 256)
    for value in values { counts[Int(value)] += 1 }
    let step = (values.count - (counts.last { $0 > 0 } ?? 0)) / 255
    guard step > 0 else { return (0...255).map { UInt8($0) } }
    var n = step / 2
    return counts.map { count in
      defer { n += count }
      return UInt8(min(255, n / step))
    }
  }
}
