import Images

/// Applies the operations of a program to single images of any size, 8 bits in and 8 bits out.
///
/// Crop, flip, Cutout of the recipe and normalisation are left to others. What happens to an image is what
/// ``BatchAugmenter`` does to the same sample of the same epoch before them. Labels of pixels move as the pixels do.
///
/// ```swift
/// let rotation = AugmentationProgram.Step(operation: .rotate, probability: 1, magnitude: 7)
/// let augmenter = ImageAugmenter(
///   program: AugmentationProgram(alternatives: [.init(steps: [rotation], countDistribution: nil)]),
///   seed: 1, trial: 0)
/// var workspace = ImageWorkspace(width: 5, height: 6)
/// bytes.withUnsafeMutableBufferPointer {
///   augmenter.write(
///     sample: 7, epoch: 0, of: UnsafeBufferPointer($0), fill: (124, 116, 104), into: $0, using: &workspace)
/// }
/// ```
public struct ImageAugmenter: Sendable {
  /// The operations that are drawn and applied to each image.
  public let program: AugmentationProgram
  /// The seed of all random numbers.
  public let seed: UInt64
  /// The trial of a search, from 0; it selects a stream of random numbers of its own.
  public let trial: Int

  private let walk: PolicyWalk

  /// An augmenter of a program.
  ///
  /// - Parameters:
  ///   - program: what is applied to the images.
  ///   - seed: the seed of the training.
  ///   - trial: the trial whose random numbers are drawn.
  public init(program: AugmentationProgram, seed: UInt64, trial: Int) {
    self.program = program
    self.seed = seed
    self.trial = trial
    walk = PolicyWalk(program)
  }

  /// What is drawn for a sample's image of a size in pixels, in the order of application.
  public func draws(sample: Int, epoch: Int, width: Int, height: Int) -> [AppliedOperation] {
    var applied: [AppliedOperation] = []
    draw(sample: sample, epoch: epoch, width: width, height: height) {
      applied.append(AppliedOperation($0, $1))
    }
    return applied
  }

  /// Writes the augmented image of a sample.
  ///
  /// A number of bytes other than the workspace's size asks for is a programmer's error. Source and result may be the same
  /// memory.
  ///
  /// - Parameters:
  ///   - sample: the sample's index; it selects the random numbers.
  ///   - epoch: the epoch, from 0; it selects the random numbers.
  ///   - source: the image, `width * height * layout.bytesPerPixel` bytes.
  ///   - layout: the order of the bytes.
  ///   - fill: the colour of pixels for which operations leave no data.
  ///   - result: the memory of the new image, of the same size and order.
  ///   - workspace: memory for images of this size.
  public func write(
    sample: Int, epoch: Int, of source: UnsafeBufferPointer<UInt8>, layout: PixelLayout = .rgb,
    fill: (red: UInt8, green: UInt8, blue: UInt8), into result: UnsafeMutableBufferPointer<UInt8>,
    using workspace: inout ImageWorkspace
  ) {
    let (width, height) = (workspace.width, workspace.height)
    precondition(
      source.count == layout.bytesPerPixel * width * height && result.count == source.count,
      "the image is not of the workspace's size")
    guard let first = source.baseAddress, let target = result.baseAddress else { return }
    var isOnCanvas = false
    draw(sample: sample, epoch: epoch, width: width, height: height) { step, arguments in
      if !isOnCanvas {
        workspace.canvas.load(bytes: first, layout)
        isOnCanvas = true
      }
      step.operation.kernel(&workspace.canvas, arguments)
    }
    if isOnCanvas {
      workspace.canvas.store(fill: fill, to: target, layout)
    } else if UnsafePointer(target) != first {
      target.update(from: first, count: source.count)
    }
  }

  /// The labels that fit in a pixel of a canvas.
  public static let labels: ClosedRange<Int32> = 0...0xFF_FFFF

  /// Writes the labels of a sample's pixels where its image has the pixels: they move with them, and nothing else happens.
  ///
  /// A number of labels other than the workspace's size asks for is a programmer's error. Of a label outside ``labels`` only
  /// the lower 24 bits are kept, where any pixel moves.
  /// Source and result may be the same memory.
  ///
  /// - Parameters:
  ///   - sample: the sample's index.
  ///   - epoch: the epoch, from 0.
  ///   - source: one label for each pixel, row by row.
  ///   - fill: the label of places for which there is no data; any number.
  ///   - result: the memory of the new labels.
  ///   - workspace: memory for images of this size.
  public func writeLabels(
    sample: Int, epoch: Int, of source: UnsafeBufferPointer<Int32>, fill: Int32,
    into result: UnsafeMutableBufferPointer<Int32>, using workspace: inout ImageWorkspace
  ) {
    let (width, height) = (workspace.width, workspace.height)
    precondition(
      source.count == width * height && result.count == source.count,
      "the labels are not of the workspace's size")
    guard let first = source.baseAddress, let target = result.baseAddress else { return }
    var isOnCanvas = false
    draw(sample: sample, epoch: epoch, width: width, height: height) { step, arguments in
      guard step.operation.movement != nil else { return }
      if !isOnCanvas {
        workspace.canvas.load(labels: first)
        isOnCanvas = true
      }
      step.operation.kernel(&workspace.canvas, arguments)
    }
    if isOnCanvas {
      workspace.canvas.storeLabels(fill: fill, to: target)
    } else if UnsafePointer(target) != first {
      target.update(from: first, count: source.count)
    }
  }

  @inline(__always)
  private func draw(
    sample: Int, epoch: Int, width: Int, height: Int,
    apply: (AugmentationProgram.Step, OperationArguments) -> Void
  ) {
    var random = RandomStream(seed: seed, domain: .augmentation, trial: trial, epoch: epoch, sample: sample)
    walk.draw(using: &random, width: width, height: height, apply: apply)
  }
}

/// Memory in which images of one size are augmented, one after another.
public struct ImageWorkspace: ~Copyable {
  fileprivate var canvas: Canvas

  /// Memory for images of a size in pixels, which has at least one.
  public init(width: Int, height: Int) {
    canvas = Canvas(width: width, height: height)
  }

  /// The width of the images in pixels.
  public var width: Int { canvas.width }
  /// The height of the images in pixels.
  public var height: Int { canvas.height }

  /// The bytes of memory that a workspace for images of this size takes, about.
  public static func byteCount(width: Int, height: Int) -> Int {
    Canvas.byteCount(width: width, height: height)
  }
}
