import CPixels
import Images
import Synchronization
import Threads

/// Turns samples of a dataset into one batch of normalised numbers: policy, crop, flip, Cutout.
///
/// What happens to a sample depends on the seed, the trial, the epoch and the sample's own index, on nothing else:
/// not on the batch it is in, nor on the number of threads.
///
/// ```swift
/// let rotation = AugmentationProgram.Step(operation: .rotate, probability: 0.4, magnitude: 7)
/// let augmenter = BatchAugmenter(
///   program: AugmentationProgram(alternatives: [.init(steps: [rotation], countDistribution: nil)]),
///   tail: BatchTail(
///     cropPadding: 4, flip: true, mean: [0.5, 0.5, 0.5], standardDeviation: [0.25, 0.25, 0.25],
///     layout: .nchw),
///   seed: 1, trial: 0)
/// var batch = [Float](repeating: 0, count: 2 * 3 * images.height * images.width)
/// batch.withUnsafeMutableBufferPointer {
///   augmenter.write(samples: [7, 3], of: images, epoch: 0, into: $0, threads: 2)
/// }
/// ```
public struct BatchAugmenter: Sendable {
  /// The operations that are drawn and applied to each image.
  public let program: AugmentationProgram
  /// Crop, flip, Cutout and normalisation, which follow the operations.
  public var tail: BatchTail { prepared.tail }
  /// The seed of all random numbers.
  public let seed: UInt64
  /// The trial of a search, from 0; it selects a stream of random numbers of its own.
  public let trial: Int

  private let walk: PolicyWalk
  private let prepared: PreparedTail

  /// An augmenter with the instructions that were chosen for this machine.
  ///
  /// - Parameters:
  ///   - program: what is applied to the images.
  ///   - tail: what follows it, to the normalised numbers.
  ///   - seed: the seed of the training.
  ///   - trial: the trial whose random numbers are drawn.
  public init(program: AugmentationProgram, tail: BatchTail, seed: UInt64, trial: Int) {
    self.init(program: program, tail: PreparedTail(tail), seed: seed, trial: trial)
  }

  /// As ``init(program:tail:seed:trial:)``, with a tail that was prepared before.
  public init(program: AugmentationProgram, tail: PreparedTail, seed: UInt64, trial: Int) {
    self.program = program
    self.seed = seed
    self.trial = trial
    prepared = tail
    walk = PolicyWalk(program)
  }

  /// Makes an augmenter that works with chosen instructions.
  package init(
    program: AugmentationProgram, tail: BatchTail, seed: UInt64, trial: Int, on instructions: InstructionSet
  ) {
    self.init(program: program, tail: PreparedTail(tail, on: instructions), seed: seed, trial: trial)
  }

  /// Whether numbers are computed and not looked up; they are the same.
  package var normalisesByArithmetic: Bool { prepared.scaling != nil }

  /// Writes a batch: `samples.count * height * width * 3` numbers, the whole of `output`.
  ///
  /// A sample that is no index into the images and an output of another size are programmer's errors.
  ///
  /// - Parameters:
  ///   - samples: The indices of the images, in the order in which the batch has them.
  ///   - images: the dataset, 8-bit RGB.
  ///   - epoch: the epoch, from 0; it selects the random numbers.
  ///   - output: the memory of the batch, in the layout of ``tail``.
  ///   - threads: How many threads share the work; with 1 the caller does it all.
  public func write(
    samples: ArraySlice<Int>, of images: ImageStack, epoch: Int,
    into output: UnsafeMutableBufferPointer<Float>,
    threads: Int
  ) {
    write(samples: samples, at: samples, of: images, epoch: epoch, into: output, threads: threads)
  }

  /// As ``write(samples:of:epoch:into:threads:)``, for images that stand elsewhere in the stack than samples are counted.
  ///
  /// - Parameters:
  ///   - samples: the indices by which random numbers are drawn.
  ///   - places: the place of each sample's image in the stack; as many as there are samples.
  ///   - images: the images, 8-bit RGB.
  ///   - epoch: the epoch, from 0; it selects the random numbers.
  ///   - output: the memory of the batch, in the layout of ``tail``.
  ///   - threads: How many threads share the work; with 1 the caller does it all.
  public func write(
    samples: ArraySlice<Int>, at places: ArraySlice<Int>, of images: ImageStack, epoch: Int,
    into output: UnsafeMutableBufferPointer<Float>, threads: Int
  ) {
    precondition(samples.count == places.count, "\(places.count) places for \(samples.count) samples")
    precondition(output.count == samples.count * images.imageSize, "the output is not the size of the batch")
    guard let start = output.baseAddress, images.imageSize > 0 else { return }
    let (width, height, kernels) = (images.width, images.height, prepared.kernels)
    let workers = max(1, min(threads, samples.count))
    if workers == 1 {
      var canvas = Canvas(width: width, height: height, kernels: kernels)
      write(samples, at: places, of: images, epoch: epoch, with: &canvas, to: start)
      return
    }
    let shared = SharedOutput(start: start)
    // Workers take a piece at a time, because they do not begin at the same moment.
    let piece = max(1, min(8, samples.count / (4 * workers)))
    let pieces = (samples.count + piece - 1) / piece
    let turn = SharedCounter()
    HelperThreads.shared.share(among: workers) {
      var canvas = Canvas(width: width, height: height, kernels: kernels)
      while case let index = turn.next(), index < pieces {
        let (first, count) = (index * piece, min(piece, samples.count - index * piece))
        write(
          samples.dropFirst(first).prefix(count), at: places.dropFirst(first).prefix(count), of: images,
          epoch: epoch, with: &canvas, to: shared.start + first * images.imageSize)
      }
    }
  }

  /// Returns one image as the policy leaves it, before crop, flip and Cutout, and what was applied to it.
  ///
  /// It is the image that ``write(samples:of:epoch:into:threads:)`` has for the same sample and epoch.
  public func preview(
    sample: Int, of images: ImageStack, epoch: Int
  ) -> (image: RGBAImage, applied: [AppliedOperation]) {
    var image = images.image(at: sample)
    var applied: [AppliedOperation] = []
    guard images.imageSize > 0 else { return (image, applied) }
    var random = stream(epoch: epoch, sample: sample)
    walk.draw(using: &random, width: images.width, height: images.height) { step, arguments in
      image = image.applying(
        step.operation, parameter: arguments.parameter, center: arguments.center, key: arguments.key)
      applied.append(AppliedOperation(step, arguments))
    }
    return (image, applied)
  }

  /// What the tail does to a sample's image of a size in pixels, after the operations.
  public func tailDraw(sample: Int, epoch: Int, width: Int, height: Int) -> TailDraw {
    var random = stream(epoch: epoch, sample: sample)
    walk.draw(using: &random, width: width, height: height) { _, _ in }
    return TailDraw(tail, width: width, height: height, using: &random)
  }

  private func stream(epoch: Int, sample: Int) -> RandomStream {
    RandomStream(seed: seed, domain: .augmentation, trial: trial, epoch: epoch, sample: sample)
  }

  /// Writes some samples, one after another.
  private func write(
    _ samples: ArraySlice<Int>, at places: ArraySlice<Int>, of images: ImageStack, epoch: Int,
    with canvas: inout Canvas, to output: UnsafeMutablePointer<Float>
  ) {
    let (width, height) = (images.width, images.height)
    images.pixels.withUnsafeBufferPointer { pixels in
      prepared.table.withUnsafeBufferPointer { table in
        withUnsafeTemporaryAllocation(of: Int.self, capacity: walk.longest) { order in
          guard let pixels = pixels.baseAddress, let table = table.baseAddress, let order = order.baseAddress
          else { return }
          let writer = TailWriter(width: width, height: height, layout: tail.layout, table: table)
          var target = output
          for (sample, place) in zip(samples, places) {
            precondition(
              place >= 0 && place < images.count, "no image \(place) in a stack of \(images.count)")
            let source = pixels + place &* images.imageSize
            var random = stream(epoch: epoch, sample: sample)
            var isOnCanvas = false
            walk.draw(using: &random, order: order, width: width, height: height) { step, arguments in
              if !isOnCanvas {
                canvas.load(rgb: source)
                isOnCanvas = true
              }
              step.operation.kernel(&canvas, arguments)
            }
            let draw = TailDraw(tail, width: width, height: height, using: &random)
            if let kernels = prepared.kernels, let scaling = prepared.scaling {
              if !isOnCanvas { canvas.load(rgb: source) }
              write(canvas, draw, with: kernels, scaling, to: target)
            } else if isOnCanvas {
              writer.write(CanvasSource(pixels: canvas.pixels), draw, to: target)
            } else {
              writer.write(RGBSource(bytes: source), draw, to: target)
            }
            target += images.imageSize
          }
        }
      }
    }
  }
}

extension BatchAugmenter {
  /// Writes an image on a canvas by vector code.
  private func write(
    _ canvas: borrowing Canvas, _ draw: TailDraw, with kernels: PixelKernels, _ scaling: cpixels_scaling,
    to output: UnsafeMutablePointer<Float>
  ) {
    let (width, height) = (canvas.width, canvas.height)
    var geometry = cpixels_tail(
      width: width, height: height, shift_x: min(max(draw.shiftX, -width), width), shift_y: draw.shiftY,
      flipped: draw.isFlipped, blank_left: draw.blankColumns.lowerBound,
      blank_right: draw.blankColumns.upperBound, blank_top: draw.blankRows.lowerBound,
      blank_bottom: draw.blankRows.upperBound, planar: tail.layout == .nchw)
    var scaling = scaling
    kernels.tail(canvas.pixels, output, &geometry, &scaling)
  }
}

/// An output that several threads write, each its own part.
private struct SharedOutput: @unchecked Sendable {
  let start: UnsafeMutablePointer<Float>
}

/// Numbers 0, 1, 2, … that several threads take from.
private final class SharedCounter: Sendable {
  private let number = Atomic(0)

  func next() -> Int { number.wrappingAdd(1, ordering: .relaxed).oldValue }
}
