import Augmentation
import Images

/// Makes images of random bytes; the same seed makes the same bytes.
func noiseImage(width: Int, height: Int, seed: UInt64 = 1) -> RGBAImage {
  RGBAImage(width: width, height: height, pixels: noiseBytes(width * height * 4, seed: seed))
}

func noiseStack(count: Int, width: Int, height: Int, seed: UInt64 = 1) -> ImageStack {
  ImageStack(
    count: count, height: height, width: width, pixels: noiseBytes(count * width * height * 3, seed: seed))
}

func noiseBytes(_ count: Int, seed: UInt64) -> [UInt8] {
  var random = RandomStream(seed: seed, domain: .preview)
  return (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
}

func constantImage(width: Int, height: Int, _ pixel: [UInt8]) -> RGBAImage {
  RGBAImage(width: width, height: height, pixels: Array((0..<width * height).map { _ in pixel }.joined()))
}

extension RGBAImage {
  /// Applies an operation at a magnitude of the search's scale.
  func applying(
    _ operation: Operation, magnitude: Int, isNegative: Bool = false, center: (Int, Int) = (0, 0)
  ) -> RGBAImage {
    let parameter = operation.parameter(magnitude: magnitude)
    return applying(operation, parameter: isNegative ? -parameter : parameter, center: center)
  }

  func pixel(_ x: Int, _ y: Int) -> [UInt8] {
    Array(pixels[(y * width + x) * 4..<(y * width + x) * 4 + 4])
  }

  var alphas: [UInt8] { stride(from: 3, to: pixels.count, by: 4).map { pixels[$0] } }

  var colors: [[UInt8]] { stride(from: 0, to: pixels.count, by: 4).map { Array(pixels[$0..<$0 + 3]) } }
}

extension BatchAugmenter {
  /// Returns a batch as an array.
  func batch(_ samples: [Int], of images: ImageStack, epoch: Int = 0, threads: Int = 1) -> [Float] {
    var output = [Float](repeating: .nan, count: samples.count * images.imageSize)
    output.withUnsafeMutableBufferPointer {
      write(samples: samples[...], of: images, epoch: epoch, into: $0, threads: threads)
    }
    return output
  }
}
