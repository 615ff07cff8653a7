import Augmentation
import Foundation
import Images
import Testing

/// GaussianNoise and Erase against their definitions, written once more.
@Suite struct NoiseTests {
  /// The four random words of a pixel.
  static func words(_ index: Int, key: UInt64) -> [UInt32] {
    var random = RandomStream(seed: key, domain: .pixels, sample: index)
    return (0..<2).flatMap { _ -> [UInt32] in
      let number = random.next()
      return [UInt32(truncatingIfNeeded: number), UInt32(truncatingIfNeeded: number >> 32)]
    }
  }

  static func bytes(of word: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
  }

  /// The noise of a grey image, a number for each colour value.
  static func noise(deviation: Double, side: Int, key: UInt64) -> [Int] {
    constantImage(width: side, height: side, [128, 128, 128, 255])
      .applying(.gaussianNoise, parameter: deviation, key: key).colors.joined().map { Int($0) - 128 }
  }

  @Test func noiseIsNormal() {
    let count = 3.0 * 300 * 300
    let noise = Self.noise(deviation: 20, side: 300, key: 77).map { Double($0) / 20 }
    let mean = noise.reduce(0, +) / count
    let variance = noise.reduce(0) { $0 + $1 * $1 } / count
    let fourth = noise.reduce(0) { $0 + $1 * $1 * $1 * $1 } / count
    // Standard errors: 0.0019, 0.0027 and 0.019.
    #expect(abs(mean) < 0.01)
    #expect(abs(variance - 1) < 0.015)
    #expect(abs(fourth - 3) < 0.1)
    // Beyond one, two and three deviations; the halves of the level at the end are in the mean.
    for (distance, share) in [(1.025, 0.30536), (2.025, 0.04287), (3.025, 0.00249)] {
      let beyond = Double(noise.count { abs($0) > distance }) / count
      #expect(abs(beyond - share) < 5 * (share / count).squareRoot(), "\(distance)")
    }
  }

  /// Neighbours and the channels of a pixel have nothing to do with each other, and keys neither.
  @Test func noiseIsIndependent() {
    let noise = Self.noise(deviation: 30, side: 200, key: 5).map(Double.init)
    let other = Self.noise(deviation: 30, side: 200, key: 6).map(Double.init)
    func correlation(_ first: ArraySlice<Double>, _ second: ArraySlice<Double>) -> Double {
      zip(first, second).reduce(0) { $0 + $1.0 * $1.1 } / (900 * Double(first.count))
    }
    for distance in [1, 2, 3, 600] {
      // A standard error is 0.003.
      #expect(abs(correlation(noise[..<(noise.count - distance)], noise[distance...])) < 0.015, "\(distance)")
    }
    #expect(abs(correlation(noise[...], other[...])) < 0.015)
  }

  /// The numbers of the sums 511 to 1020 in 1/4096, not yet rounded.
  static let quantiles: [Double] = {
    // In how many of 2³² ways four bytes have each sum.
    var ways = [1]
    for _ in 0..<4 {
      var sums = [Int](repeating: 0, count: ways.count + 255)
      for (sum, count) in ways.enumerated() {
        for byte in 0..<256 { sums[sum + byte] += count }
      }
      ways = sums
    }
    return (511...1020).map { sum in
      // P(|Z| > z) is to be 2 · P(greater sum) + P(this sum); above 7 it is less than any of these.
      let share = Double(2 * ways[(sum + 1)...].reduce(0, +) + ways[sum]) * 0x1p-32
      var (low, high) = (0.0, 7.0)
      for _ in 0..<60 {
        let middle = (low + high) / 2
        if erfc(middle / 2.0.squareRoot()) > share { low = middle } else { high = middle }
      }
      return 4096 * low
    }
  }()

  @Test func tableHasTheNormalQuantiles() {
    // None is so near to the middle between two whole numbers that the method would decide.
    #expect(Self.quantiles.allSatisfy { abs($0 - $0.rounded(.down) - 0.5) > 1e-6 })
    #expect(NormalQuantiles.ofDistances == Self.quantiles.map { UInt16($0.rounded()) })
  }

  /// By how much a value changes, for a deviation in 1/256 and a sum of four bytes, and whether that is rounded from a half.
  static func change(deviation: Int, sum: Int) -> (change: Int, isHalf: Bool) {
    guard sum != 510 else { return (0, false) }
    let (whole, rest) = (deviation * Int(quantiles[abs(sum - 510) - 1].rounded())).quotientAndRemainder(
      dividingBy: 1 << 20)
    let size = rest >= 1 << 19 ? whole + 1 : whole
    return (sum > 510 ? size : -size, rest == 1 << 19)
  }

  /// The deviations 8, 64 and 128 have changes of a whole number and a half.
  @Test(arguments: [0.5, 3.7, 8, 20, 64, 128, 255])
  func noiseFollowsTheWordsOfThePixel(deviation: Double) {
    let image = noiseImage(width: 90, height: 70, seed: 4)
    let key: UInt64 = 1 << 45 | 12345
    let noisy = image.applying(.gaussianNoise, parameter: deviation, key: key)
    #expect(noisy.alphas == image.alphas)
    var halves: Set<Int> = []
    let expected = image.colors.enumerated().map { index, color in
      zip(Self.words(index, key: key), color).map { word, value in
        let sum = Self.bytes(of: word).reduce(0) { $0 + Int($1) }
        let (change, isHalf) = Self.change(deviation: Int((deviation * 256).rounded()), sum: sum)
        let changed = Int(value) + change
        if isHalf && (0...255).contains(changed) { halves.insert(change.signum()) }
        return UInt8(min(max(changed, 0), 255))
      }
    }
    #expect(noisy.colors == expected)
    #expect(![8, 64, 128].contains(deviation) || halves == [-1, 1])
  }

  @Test func smallDeviationsAreRounded() {
    let image = noiseImage(width: 30, height: 30)
    #expect(image.applying(.gaussianNoise, parameter: 0, key: 1) == image)
    #expect(image.applying(.gaussianNoise, parameter: 0.0019, key: 1) == image)
    let changes = Set(Self.noise(deviation: 0.5, side: 100, key: 3))
    #expect(changes.isSubset(of: [-2, -1, 0, 1, 2]) && changes.isSuperset(of: [-1, 0, 1]))
  }

  /// The places that have changed, given that noise never has the colour of the image.
  static func erased(_ share: Double, width: Int, height: Int, key: UInt64) -> (x: Range<Int>, y: Range<Int>)
  {
    // Transparent pixels show the rectangle, as it is opaque.
    let image = constantImage(width: width, height: height, [1, 2, 3, 0])
      .applying(.erase, parameter: share, key: key)
    let opaque = image.alphas.enumerated().filter { $0.element == 255 }.map(\.offset)
    let (columns, rows) = (Set(opaque.map { $0 % width }), Set(opaque.map { $0 / width }))
    guard let left = columns.min(), let right = columns.max(), let top = rows.min(), let bottom = rows.max()
    else { return (0..<0, 0..<0) }
    #expect(opaque.count == (right + 1 - left) * (bottom + 1 - top), "a whole rectangle")
    #expect(image.alphas.allSatisfy { $0 == 0 || $0 == 255 })
    return (left..<right + 1, top..<bottom + 1)
  }

  @Test func erasedRectanglesFollowTheirDraws() {
    for (width, height, share) in [(40, 30, 0.2), (64, 64, 0.04), (7, 50, 0.36), (50, 7, 0.9), (33, 33, 1)] {
      for key in UInt64(0)..<200 {
        var random = RandomStream(seed: key, domain: .operation)
        let ratio = 1 + random.uniform() * 7 / 3
        let isHigh = random.uniform() < 0.5
        let area = share * Double(width * height)
        var high = (isHigh ? area * ratio : area / ratio).squareRoot()
        var wide = area / high
        if high > Double(height) { (high, wide) = (Double(height), area / Double(height)) }
        if wide > Double(width) { (high, wide) = (area / Double(width), Double(width)) }
        let found = Self.erased(share, width: width, height: height, key: key)
        // A length in the middle between two whole ones may go either way here.
        #expect(
          abs(Double(found.y.count) - high) < 0.5 + 1e-9 && abs(Double(found.x.count) - wide) < 0.5 + 1e-9)
        #expect(found.y.lowerBound == random.uniform(below: height - found.y.count + 1))
        #expect(found.x.lowerBound == random.uniform(below: width - found.x.count + 1))
      }
    }
  }

  @Test func erasedPixelsAreRandomAndOthersStay() {
    let image = noiseImage(width: 41, height: 23, seed: 5)
    for key: UInt64 in [0, 3, 1 << 52] {
      let found = Self.erased(0.3, width: 41, height: 23, key: key)
      let erased = image.applying(.erase, parameter: 0.3, key: key)
      for y in 0..<23 {
        for x in 0..<41 {
          let isInside = found.x.contains(x) && found.y.contains(y)
          let noise = Array(Self.bytes(of: Self.words(y * 41 + x, key: key)[0]).prefix(3)) + [255]
          #expect(erased.pixel(x, y) == (isInside ? noise : image.pixel(x, y)))
        }
      }
    }
    #expect(image.applying(.erase, parameter: 0, key: 4) == image)
    #expect(image.applying(.erase, magnitude: 0) == image)
    // So small a share that both sides are rounded to nothing.
    #expect(image.applying(.erase, parameter: 1e-5, key: 4) == image)
  }

  @Test func erasedPlacesAreEverywhere() {
    let found = (UInt64(0)..<400).map { Self.erased(0.1, width: 24, height: 24, key: $0) }
    #expect(found.contains { $0.x.lowerBound == 0 } && found.contains { $0.x.upperBound == 24 })
    #expect(found.contains { $0.y.lowerBound == 0 } && found.contains { $0.y.upperBound == 24 })
    let high = found.count { $0.y.count > $0.x.count }
    // 400 fair draws, less those of squares: five standard deviations.
    #expect(abs(Double(high) / 400 - 0.48) < 0.13)
  }
}
