import Dispatch

/// Turns samples of a dataset into one batch of normalised numbers: policy, crop, flip, Cutout.
///
/// What happens to a sample depends on the seed, the trial, the epoch and the sample's own index, on nothing else:
/// not on the batch it is in, nor on the number of threads.
public struct BatchAugmenter: Sendable {
  public let program: AugmentationProgram
  public let tail: BatchTail
  public let seed: UInt64
  public let trial: Int

  private let walk: PolicyWalk
  private let table: [UInt32]

  public init(program: AugmentationProgram, tail: BatchTail, seed: UInt64, trial: Int) {
    self.program = program
    self.tail = tail
    self.seed = seed
    self.trial = trial
    walk = PolicyWalk(program)
    table = tail.normalisation
  }

  /// Writes a batch: `samples.count * height * width * 3` numbers, the whole of `output`.
  ///
  /// A sample that is no index into the images and an output of another size are programmer's errors.
  ///
  /// - Parameters:
  ///   - samples: The indices of the images, in the order in which the batch has them.
  ///   - threads: How many threads share the work; with 1 the caller does it all.
  public func write(
    samples: ArraySlice<Int>, of images: ImageStack, epoch: Int,
    into output: UnsafeMutableBufferPointer<Float>,
    threads: Int
  ) {
    precondition(output.count == samples.count * images.imageSize, "the output is not the size of the batch")
    guard let start = output.baseAddress, images.imageSize > 0 else { return }
    let workers = max(1, min(threads, samples.count))
    if workers == 1 {
      write(samples, of: images, epoch: epoch, to: start)
      return
    }
    let shared = SharedOutput(start: start)
    DispatchQueue.concurrentPerform(iterations: workers) { worker in
      let first = samples.count * worker / workers
      let end = samples.count * (worker + 1) / workers
      write(
        samples[samples.startIndex + first..<samples.startIndex + end], of: images, epoch: epoch,
        to: shared.start + first * images.imageSize)
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
    var random = stream(epoch: epoch, sample: sample)
    withUnsafeTemporaryAllocation(of: Int.self, capacity: walk.longest) { order in
      guard let order = order.baseAddress, images.imageSize > 0 else { return }
      walk.draw(using: &random, order: order, width: images.width, height: images.height) { step, arguments in
        image = image.applying(step.operation, parameter: arguments.parameter, center: arguments.center)
        applied.append(AppliedOperation(step, arguments))
      }
    }
    return (image, applied)
  }

  private func stream(epoch: Int, sample: Int) -> RandomStream {
    RandomStream(seed: seed, domain: .augmentation, trial: trial, epoch: epoch, sample: sample)
  }

  /// Writes the share of one worker.
  private func write(
    _ samples: ArraySlice<Int>, of images: ImageStack, epoch: Int, to output: UnsafeMutablePointer<Float>
  ) {
    let (width, height) = (images.width, images.height)
    var canvas = Canvas(width: width, height: height)
    images.pixels.withUnsafeBufferPointer { pixels in
      table.withUnsafeBufferPointer { table in
        withUnsafeTemporaryAllocation(of: Int.self, capacity: walk.longest) { order in
          guard let pixels = pixels.baseAddress, let table = table.baseAddress, let order = order.baseAddress
          else { return }
          let writer = TailWriter(width: width, height: height, layout: tail.layout, table: table)
          var target = output
          for sample in samples {
            precondition(
              sample >= 0 && sample < images.count, "no image \(sample) in a stack of \(images.count)")
            let source = pixels + sample &* images.imageSize
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
            if isOnCanvas {
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

/// An output that several threads write, each its own part.
private struct SharedOutput: @unchecked Sendable {
  let start: UnsafeMutablePointer<Float>
}
