import Augmentation
import Images
import Testing

@Suite struct BatchTests {
  static let program = AugmentationProgram(alternatives: [
    .init(
      steps: (Operation.catalogue + Operation.catalogue).map {
        .init(operation: $0, probability: 0.6, magnitude: 6)
      }, countDistribution: [0.2, 0.3, 0.5])
  ])
  static let mean: [Float] = [0.49, 0.48, 0.45]
  static let deviation: [Float] = [0.25, 0.24, 0.26]

  static func tail(
    padding: Int = 0, flip: Bool = false, cutout: Int = 0, _ layout: BatchTail.Layout = .nhwc
  ) -> BatchTail {
    BatchTail(
      cropPadding: padding, flip: flip, cutout: cutout, mean: mean, standardDeviation: deviation,
      layout: layout)
  }

  static func normalised(_ pixel: [UInt8]) -> [Float] {
    guard pixel[3] > 0 else { return [0, 0, 0] }
    return (0..<3).map {
      Float((Double(pixel[$0]) / 255 - Double(mean[$0])) / Double(deviation[$0]))
    }
  }

  /// Returns an image cropped, flipped and cut out in plain steps, row by row, three numbers a pixel.
  static func plainTail(
    _ image: RGBAImage, shift: (x: Int, y: Int), flip: Bool, box: (x: Range<Int>, y: Range<Int>)
  ) -> [[Float]] {
    var result: [[Float]] = []
    for y in 0..<image.height {
      for column in 0..<image.width {
        let x = flip ? image.width - 1 - column : column
        let (sourceX, sourceY) = (x + shift.x, y + shift.y)
        let isInside =
          sourceX >= 0 && sourceX < image.width && sourceY >= 0 && sourceY < image.height
          && !(box.x.contains(column) && box.y.contains(y))
        result.append(isInside ? normalised(image.pixel(sourceX, sourceY)) : [0, 0, 0])
      }
    }
    return result
  }

  @Test(arguments: [(1, 1), (5, 1), (1, 6), (7, 4), (32, 32)])
  func withoutATailPixelsAreNormalised(width: Int, height: Int) {
    let images = noiseStack(count: 3, width: width, height: height)
    let augmenter = BatchAugmenter(program: .none, tail: Self.tail(), seed: 1, trial: 0)
    let expected = [2, 0, 2].flatMap { index in
      Self.plainTail(images.image(at: index), shift: (0, 0), flip: false, box: (0..<0, 0..<0)).flatMap { $0 }
    }
    #expect(augmenter.batch([2, 0, 2], of: images) == expected)
  }

  @Test func transparentPixelsBecomeZero() {
    let images = noiseStack(count: 20, width: 12, height: 10)
    let program = AugmentationProgram(alternatives: [
      .init(
        steps: [
          .init(operation: .translateX, probability: 1, magnitude: 3),
          .init(operation: .cutout, probability: 1, magnitude: 2),
        ], countDistribution: nil)
    ])
    let augmenter = BatchAugmenter(program: program, tail: Self.tail(), seed: 1, trial: 0)
    for sample in 0..<images.count {
      let image = augmenter.preview(sample: sample, of: images, epoch: 0).image
      #expect(image.alphas.contains(0))
      let expected = Self.plainTail(image, shift: (0, 0), flip: false, box: (0..<0, 0..<0)).flatMap { $0 }
      #expect(augmenter.batch([sample], of: images) == expected)
    }
  }

  /// With an odd image every crop, flip and box gives different numbers, so the one drawn is found by trying all.
  @Test(arguments: [BatchTail.Layout.nhwc, .nchw])
  func theTailIsSomeCropFlipAndCutout(layout: BatchTail.Layout) {
    let images = noiseStack(count: 60, width: 9, height: 7)
    let tail = Self.tail(padding: 2, flip: true, cutout: 4, layout)
    let augmenter = BatchAugmenter(program: Self.program, tail: tail, seed: 8, trial: 0)
    for sample in 0..<images.count {
      let image = augmenter.preview(sample: sample, of: images, epoch: 1).image
      let batch = augmenter.batch([sample], of: images, epoch: 1)
      let found = pixels(of: batch, count: 63, layout)
      #expect(
        Self.drawings(padding: 2, cutout: 4, width: 9, height: 7).contains {
          found == Self.plainTail(image, $0)
        })
    }
  }

  private func pixels(of batch: [Float], count: Int, _ layout: BatchTail.Layout) -> [[Float]] {
    (0..<count).map { pixel in
      layout == .nhwc
        ? Array(batch[pixel * 3..<pixel * 3 + 3])
        : [batch[pixel], batch[count + pixel], batch[2 * count + pixel]]
    }
  }

  struct Drawing {
    var shift: (x: Int, y: Int)
    var flip: Bool
    var box: (x: Range<Int>, y: Range<Int>)
  }

  static func plainTail(_ image: RGBAImage, _ drawing: Drawing) -> [[Float]] {
    plainTail(image, shift: drawing.shift, flip: drawing.flip, box: drawing.box)
  }

  static func drawings(padding: Int, cutout: Int, width: Int, height: Int) -> [Drawing] {
    var all: [Drawing] = []
    for shiftX in -padding..<padding {
      for shiftY in -padding..<padding {
        for flip in [false, true] {
          for x in 0..<width {
            for y in 0..<height {
              let reach = cutout / 2
              all.append(
                Drawing(
                  shift: (shiftX, shiftY), flip: flip, box: (x - reach..<x + reach, y - reach..<y + reach)))
            }
          }
        }
      }
    }
    return all
  }

  @Test func cropsAndFlipsAreUniform() {
    // One bright pixel in the middle of a 9×9 image tells the crop; a dimmer one to its right tells the flip.
    var bytes = [UInt8](repeating: 0, count: 9 * 9 * 3)
    bytes[(4 * 9 + 4) * 3] = 255
    bytes[(4 * 9 + 5) * 3] = 128
    let count = 6400
    let images = ImageStack(
      count: count, height: 9, width: 9, pixels: Array((0..<count).map { _ in bytes }.joined()))
    let tail = BatchTail(
      cropPadding: 2, flip: true, mean: [0, 0, 0], standardDeviation: [1, 1, 1], layout: .nhwc)
    let batch = BatchAugmenter(program: .none, tail: tail, seed: 21, trial: 0)
      .batch(Array(0..<count), of: images)
    var counts: [[Int]: Int] = [:]
    for sample in 0..<count {
      let reds = stride(from: sample * 243, to: (sample + 1) * 243, by: 3).map { batch[$0] }
      guard let bright = reds.firstIndex(of: 1) else { continue }
      let isFlipped = bright > 0 && reds[bright - 1] > 0.4
      counts[[bright % 9, bright / 9, isFlipped ? 1 : 0], default: 0] += 1
    }
    // 4 × 4 offsets, flipped or not: 32 outcomes, 200 of each, standard deviation 13.9.
    #expect(counts.count == 32)
    #expect(counts.values.allSatisfy { abs($0 - 200) < 70 })
    // Offsets are 0..<4 of padding 2: the pixel moves by -1...2 columns, mirrored where flipped.
    #expect(Set(counts.keys.filter { $0[2] == 0 }.map { $0[0] }) == [3, 4, 5, 6])
    #expect(Set(counts.keys.map { $0[1] }) == [3, 4, 5, 6])
    #expect(Set(counts.keys.filter { $0[2] == 1 }.map { $0[0] }) == [2, 3, 4, 5])
  }

  @Test func layoutsHoldTheSameNumbers() {
    let images = noiseStack(count: 30, width: 11, height: 8)
    let samples = Array((0..<30).reversed())
    let rows = BatchAugmenter(
      program: Self.program, tail: Self.tail(padding: 3, flip: true, cutout: 5), seed: 4, trial: 1
    ).batch(samples, of: images, epoch: 2)
    let planes = BatchAugmenter(
      program: Self.program, tail: Self.tail(padding: 3, flip: true, cutout: 5, .nchw), seed: 4, trial: 1
    ).batch(samples, of: images, epoch: 2)
    for index in rows.indices {
      let (sample, rest) = index.quotientAndRemainder(dividingBy: 264)
      #expect(rows[index] == planes[sample * 264 + rest % 3 * 88 + rest / 3])
    }
  }

  @Test(arguments: [BatchTail.Layout.nhwc, .nchw])
  func theNumberOfThreadsDoesNotMatter(layout: BatchTail.Layout) {
    let images = noiseStack(count: 101, width: 13, height: 12)
    let tail = Self.tail(padding: 4, flip: true, cutout: 6, layout)
    let augmenter = BatchAugmenter(program: Self.program, tail: tail, seed: 5, trial: 3)
    let samples = Array(0..<101)
    let alone = augmenter.batch(samples, of: images, epoch: 7, threads: 1).map(\.bitPattern)
    for threads in [0, 2, 3, 8, 101, 500] {
      #expect(augmenter.batch(samples, of: images, epoch: 7, threads: threads).map(\.bitPattern) == alone)
    }
  }

  @Test func aSampleDoesNotDependOnItsBatch() {
    let images = noiseStack(count: 20, width: 8, height: 8)
    let augmenter = BatchAugmenter(
      program: Self.program, tail: Self.tail(padding: 2, flip: true, cutout: 4), seed: 5, trial: 3)
    let all = augmenter.batch(Array(0..<20), of: images)
    for sample in 0..<20 {
      #expect(augmenter.batch([sample], of: images) == Array(all[sample * 192..<(sample + 1) * 192]))
    }
    #expect(augmenter.batch([], of: images).isEmpty)
  }

  @Test func seedTrialEpochAndSampleEachMatter() {
    let one = noiseBytes(32 * 32 * 3, seed: 2)
    let images = ImageStack(count: 2, height: 32, width: 32, pixels: one + one)
    func batch(seed: UInt64 = 1, trial: Int = 1, epoch: Int = 1, sample: Int = 0) -> [Float] {
      BatchAugmenter(
        program: Self.program, tail: Self.tail(padding: 4, flip: true, cutout: 16), seed: seed, trial: trial
      ).batch([sample], of: images, epoch: epoch)
    }
    let base = batch()
    #expect(batch() == base)
    #expect(batch(seed: 2) != base)
    #expect(batch(trial: 2) != base)
    #expect(batch(epoch: 2) != base)
    #expect(batch(sample: 1) != base)
  }

  @Test(arguments: [(1, 1), (1, 3), (3, 1), (2, 5)])
  func smallImagesSurviveEverything(width: Int, height: Int) {
    let images = noiseStack(count: 300, width: width, height: height)
    for padding in [0, 1, 4] {
      let tail = Self.tail(padding: padding, flip: true, cutout: 16)
      let batch = BatchAugmenter(program: Self.program, tail: tail, seed: 6, trial: 0)
        .batch(Array(0..<300), of: images)
      #expect(batch.allSatisfy { $0.isFinite })
    }
  }
}
