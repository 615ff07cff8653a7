import Augmentation
import Images
import Testing

/// Single images and labels, against what ``BatchAugmenter`` does to the same samples.
@Suite struct ImageAugmenterTests {
  private static let sizes = [(1, 1), (3, 1), (1, 7), (5, 4), (7, 9), (32, 32), (33, 20)]
  private static let fill: (red: UInt8, green: UInt8, blue: UInt8) = (9, 120, 251)

  private static func onFill(_ image: RGBAImage) -> [UInt8] {
    stride(from: 0, to: image.pixels.count, by: 4).flatMap { place in
      image.pixels[place + 3] == 0
        ? [fill.red, fill.green, fill.blue] : Array(image.pixels[place..<place + 3])
    }
  }

  @Test(arguments: sizes) func anImageIsThatOfTheBatch(width: Int, height: Int) {
    let images = noiseStack(count: 12, width: width, height: height)
    let batch = BatchAugmenter(program: BatchTests.program, tail: BatchTests.tail(), seed: 5, trial: 2)
    let single = ImageAugmenter(program: BatchTests.program, seed: 5, trial: 2)
    var workspace = ImageWorkspace(width: width, height: height)
    for sample in 0..<images.count {
      let expected = batch.preview(sample: sample, of: images, epoch: 3)
      let source = Array(images.pixels[sample * images.imageSize..<(sample + 1) * images.imageSize])
      // Bytes beside the image, which stay as they are.
      var result = [UInt8](repeating: 77, count: source.count + 8)
      source.withUnsafeBufferPointer { source in
        result.withUnsafeMutableBufferPointer { result in
          single.write(
            sample: sample, epoch: 3, of: source, fill: Self.fill,
            into: UnsafeMutableBufferPointer(rebasing: result[4..<4 + source.count]), using: &workspace)
        }
      }
      #expect(Array(result[4..<4 + source.count]) == Self.onFill(expected.image))
      #expect(result.prefix(4) == [77, 77, 77, 77] && result.suffix(4) == [77, 77, 77, 77])
      #expect(
        single.draws(sample: sample, epoch: 3, width: width, height: height) == expected.applied)
    }
  }

  @Test(arguments: sizes) func everyLayoutIsTheSameImage(width: Int, height: Int) {
    let area = width * height
    func planes(_ bytes: [UInt8]) -> [UInt8] {
      (0..<3).flatMap { channel in (0..<area).map { bytes[3 * $0 + channel] } }
    }
    func words(_ bytes: [UInt8]) -> [UInt8] {
      (0..<area).flatMap { bytes[3 * $0..<3 * $0 + 3] + [UInt8(truncatingIfNeeded: $0)] }
    }
    func colours(_ words: [UInt8]) -> [UInt8] { (0..<area).flatMap { words[4 * $0..<4 * $0 + 3] } }
    let images = noiseStack(count: 12, width: width, height: height)
    let augmenter = ImageAugmenter(program: BatchTests.program, seed: 5, trial: 0)
    var workspace = ImageWorkspace(width: width, height: height)
    func augmented(_ source: [UInt8], _ sample: Int, _ layout: PixelLayout) -> [UInt8] {
      var result = [UInt8](repeating: 0, count: source.count)
      source.withUnsafeBufferPointer { source in
        result.withUnsafeMutableBufferPointer {
          augmenter.write(
            sample: sample, epoch: 1, of: source, layout: layout, fill: Self.fill, into: $0, using: &workspace
          )
        }
      }
      return result
    }
    for sample in 0..<images.count {
      let source = Array(images.pixels[sample * images.imageSize..<(sample + 1) * images.imageSize])
      let expected = augmented(source, sample, .rgb)
      #expect(augmented(planes(source), sample, .planar) == planes(expected))
      #expect(colours(augmented(words(source), sample, .rgbx)) == expected)
    }
  }

  @Test func sourceAndResultMayBeTheSameMemory() {
    let images = noiseStack(count: 30, width: 16, height: 11)
    let single = ImageAugmenter(program: BatchTests.program, seed: 5, trial: 0)
    let batch = BatchAugmenter(program: BatchTests.program, tail: BatchTests.tail(), seed: 5, trial: 0)
    var workspace = ImageWorkspace(width: 16, height: 11)
    for sample in 0..<images.count {
      var bytes = Array(images.pixels[sample * images.imageSize..<(sample + 1) * images.imageSize])
      bytes.withUnsafeMutableBufferPointer {
        single.write(
          sample: sample, epoch: 0, of: UnsafeBufferPointer($0), fill: Self.fill, into: $0, using: &workspace)
      }
      #expect(bytes == Self.onFill(batch.preview(sample: sample, of: images, epoch: 0).image))
    }
  }

  /// An image whose pixels are their own labels moves as they do, if no operation changes colours.
  @Test(arguments: sizes) func labelsMoveAsPixelsDo(width: Int, height: Int) {
    let moving = Operation.catalogue.filter { $0.movement != nil }
    #expect(
      moving.map(\.name) == [
        "Rotate", "TranslateX", "TranslateY", "ShearX", "ShearY", "FlipHorizontal", "FlipVertical", "Zoom",
        "Perspective",
      ])
    let labels = (0..<Int32(width * height)).map { $0 * 7919 % 0xFF_FFFF }
    let bytes = labels.flatMap { label in (0..<3).map { UInt8(truncatingIfNeeded: label >> Int32(8 * $0)) } }
    let image = ImageStack(count: 1, height: height, width: width, pixels: bytes)
    // Operations that change colours stand between them, and do nothing to labels.
    let colouring = [
      Operation.invert, .cutout, .solarize, .contrast, .equalize, .grayscale, .gamma, .hue, .channelShuffle,
    ]
    let steps = zip(moving, colouring).flatMap { [$0, $1] }
    for sample in 0..<20 {
      func program(_ operations: [Operation]) -> AugmentationProgram {
        AugmentationProgram(alternatives: [
          .init(
            steps: operations.map { .init(operation: $0, probability: 1, magnitude: 4) },
            countDistribution: nil)
        ])
      }
      let labeller = ImageAugmenter(program: program(steps), seed: 1, trial: 0)
      var workspace = ImageWorkspace(width: width, height: height)
      var moved = [Int32](repeating: 0, count: labels.count)
      labels.withUnsafeBufferPointer { labels in
        moved.withUnsafeMutableBufferPointer {
          labeller.writeLabels(sample: sample, epoch: 0, of: labels, fill: -1, into: $0, using: &workspace)
        }
      }
      // The same movements, by the parameters that were drawn.
      var pixels = image.image(at: 0)
      for applied in labeller.draws(sample: sample, epoch: 0, width: width, height: height)
      where applied.operation.movement != nil {
        pixels = pixels.applying(
          applied.operation, parameter: applied.parameter, center: (0, 0), key: applied.key ?? 0)
      }
      let expected = stride(from: 0, to: pixels.pixels.count, by: 4).map { place -> Int32 in
        guard pixels.pixels[place + 3] != 0 else { return -1 }
        return (0..<3).reduce(0) { $0 | Int32(pixels.pixels[place + $1]) << Int32(8 * $1) }
      }
      #expect(moved == expected)
    }
  }

  @Test func placesAreApartFromSamples() {
    let images = noiseStack(count: 9, width: 8, height: 6)
    let augmenter = BatchAugmenter(
      program: BatchTests.program, tail: BatchTests.tail(padding: 2, flip: true, cutout: 4), seed: 3, trial: 0
    )
    let (samples, places) = ([100, 7, 100, 3, 8], [0, 7, 2, 8, 8])
    for threads in [1, 3] {
      var batch = [Float](repeating: .nan, count: samples.count * images.imageSize)
      batch.withUnsafeMutableBufferPointer {
        augmenter.write(
          samples: samples[...], at: places[...], of: images, epoch: 2, into: $0, threads: threads)
      }
      for (index, (sample, place)) in zip(samples, places).enumerated() {
        // A stack in which the image stands where its sample is counted.
        var pixels = [UInt8](repeating: 0, count: (sample + 1) * images.imageSize)
        pixels.replaceSubrange(
          sample * images.imageSize..<(sample + 1) * images.imageSize,
          with: images.pixels[place * images.imageSize..<(place + 1) * images.imageSize])
        let stack = ImageStack(count: sample + 1, height: 6, width: 8, pixels: pixels)
        let expected = augmenter.batch([sample], of: stack, epoch: 2)
        #expect(Array(batch[index * images.imageSize..<(index + 1) * images.imageSize]) == expected)
      }
    }
  }

  /// Where a map says a pixel comes from, there it comes from, but for places half-way between two.
  @Test(arguments: Operation.catalogue.filter { $0.movement != nil })
  func movementsAreWherePixelsComeFrom(_ operation: Operation) throws {
    let (width, height) = (23, 17)
    let image = RGBAImage(
      width: width, height: height,
      rgb: (0..<width * height).flatMap { [UInt8($0 % width), UInt8($0 / width), 0] })
    let movement = try #require(operation.movement)
    for magnitude in Operation.magnitudes {
      for sign in [1.0, -1.0] {
        guard operation.isSigned || sign > 0 else { continue }
        let arguments = OperationArguments(
          parameter: sign * operation.parameter(magnitude: magnitude), key: UInt64(magnitude))
        let moved = image.applying(operation, parameter: arguments.parameter, key: arguments.key)
        let map = movement(arguments, width, height)
        for y in 0..<height {
          for x in 0..<width {
            let (column, row) = (Double(x) + 0.5, Double(y) + 0.5)
            let (oldX, oldY) = map.place(x: column, y: row)
            guard abs(oldX - oldX.rounded()) > 0.01, abs(oldY - oldY.rounded()) > 0.01 else { continue }
            let isInside = (0..<Double(width)).contains(oldX) && (0..<Double(height)).contains(oldY)
            let pixel = moved.pixel(x, y)
            #expect(
              isInside
                ? pixel == [UInt8(oldX), UInt8(oldY), 0, 255] : pixel[3] == 0,
              "\(operation) \(arguments) at \(x), \(y)")
          }
        }
      }
    }
  }
}
