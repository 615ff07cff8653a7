import Foundation
import Images
import Synchronization

/// Mean and standard deviation of each colour, with pixel values taken as 0 to 1.
public struct ChannelStatistics: Codable, Hashable, Sendable {
  /// Red, green, blue.
  public let mean: [Float]
  /// Red, green, blue; never 0.
  public let standardDeviation: [Float]

  /// Takes known statistics: three means, and three standard deviations greater than 0.
  public init(mean: [Float], standardDeviation: [Float]) {
    precondition(mean.count == 3 && standardDeviation.count == 3, "statistics are of three colours")
    precondition(standardDeviation.allSatisfy { $0 > 0 }, "a standard deviation must be greater than 0")
    self.mean = mean
    self.standardDeviation = standardDeviation
  }

  /// Reads statistics that were written before; refuses what could not normalise an image.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let mean = try container.decode([Float].self, forKey: .mean)
    let deviation = try container.decode([Float].self, forKey: .standardDeviation)
    guard mean.count == 3, deviation.count == 3, deviation.allSatisfy({ $0 > 0 }) else {
      throw DecodingError.dataCorruptedError(
        forKey: .standardDeviation, in: container,
        debugDescription: "found mean \(mean) and standard deviation \(deviation), expected three of each, "
          + "deviations greater than 0")
    }
    self.init(mean: mean, standardDeviation: deviation)
  }

  /// Measures images in double precision: the population's mean and standard deviation of value / 255.
  ///
  /// A colour that has one value everywhere gets the standard deviation 1, so that normalising makes it 0.
  public init(of images: ImageStack) {
    var means: [Float] = []
    var deviations: [Float] = []
    for histogram in colourHistograms(of: images) {
      let count = Double(max(histogram.reduce(0, +), 1))
      var mean = 0.0
      for (value, times) in histogram.enumerated() { mean += Double(value) * Double(times) }
      mean /= count * 255
      var variance = 0.0
      for (value, times) in histogram.enumerated() {
        let distance = Double(value) / 255 - mean
        variance += distance * distance * Double(times)
      }
      let isConstant = histogram.filter { $0 > 0 }.count <= 1
      means.append(Float(mean))
      deviations.append(isConstant ? 1 : Float((variance / count).squareRoot()))
    }
    self.init(mean: means, standardDeviation: deviations)
  }
}

/// How often each of the 256 values occurs in red, in green and in blue.
///
/// Counting is exact, so the statistics depend neither on the order of the images nor on how many cores count. Images
/// that lie in a mapped file leave the memory once they are counted, so that any number of them can be.
private func colourHistograms(of images: ImageStack) -> [[Int]] {
  let pixelCount = images.pixels.count / 3
  let pixelsPerPart = 1 << 22
  let total = ColourCounts()
  forEachConcurrently(0..<(pixelCount + pixelsPerPart - 1) / pixelsPerPart) { part in
    let first = part * pixelsPerPart
    let end = min(first + pixelsPerPart, pixelCount)
    var counts = [Int](repeating: 0, count: 3 * 256)
    counts.withUnsafeMutableBufferPointer { counts in
      images.pixels.withUnsafeBufferPointer { pixels in
        for pixel in first..<end {
          counts[Int(pixels[pixel * 3])] += 1
          counts[256 + Int(pixels[pixel * 3 + 1])] += 1
          counts[512 + Int(pixels[pixel * 3 + 2])] += 1
        }
      }
    }
    images.pixels.setAside(first * 3..<end * 3)
    total.add(counts)
  }
  return total.histograms
}

/// Counts that come from several threads.
private final class ColourCounts: Sendable {
  private let sums = Mutex([Int](repeating: 0, count: 3 * 256))

  func add(_ counts: [Int]) {
    sums.withLock { sums in for index in sums.indices { sums[index] += counts[index] } }
  }

  var histograms: [[Int]] {
    sums.withLock { sums in (0..<3).map { Array(sums[$0 * 256..<($0 + 1) * 256]) } }
  }
}
