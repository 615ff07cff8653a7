import Augmentation
import Images
import Text

/// What a policy made of an image in one draw.
public struct PolicyDraw: Sendable {
  /// From 1.
  public let number: Int
  /// From 1; nil for a policy without epochs.
  public let epoch: Int?
  /// The image after all operations of the draw.
  public let image: RGBAImage
  /// What fired, in the order of application.
  public let applied: [AppliedOperation]
  /// Whether the policy is of another space than PBA's.
  let usesOtherSpace: Bool
  /// Whether the policy left parts of the image without data.
  let hasGaps: Bool

  init(
    number: Int, epoch: Int?, image: RGBAImage, applied: [AppliedOperation], usesOtherSpace: Bool = false
  ) {
    let hasGaps = stride(from: 3, to: image.pixels.count, by: 4).contains { image.pixels[$0] == 0 }
    self.init(
      number: number, epoch: epoch, image: image, applied: applied, usesOtherSpace: usesOtherSpace,
      hasGaps: hasGaps)
  }

  private init(
    number: Int, epoch: Int?, image: RGBAImage, applied: [AppliedOperation], usesOtherSpace: Bool,
    hasGaps: Bool
  ) {
    self.number = number
    self.epoch = epoch
    self.image = image
    self.applied = applied
    self.usesOtherSpace = usesOtherSpace
    self.hasGaps = hasGaps
  }

  /// What fired, an operation a line; `nothing` where none did.
  public var lines: [String] {
    applied.isEmpty ? ["nothing"] : applied.map { $0.words(ofOtherSpace: usesOtherSpace) }
  }

  /// Which draw it is: `epoch 3, draw 1`.
  var place: String { (epoch.map { "epoch \($0), " } ?? "") + "draw \(number)" }

  /// The same draw with its image as pictures show it, which takes less memory.
  public func shown(side: Int) -> PolicyDraw {
    PolicyDraw(
      number: number, epoch: epoch, image: image.shown(side: side), applied: applied,
      usesOtherSpace: usesOtherSpace, hasGaps: hasGaps)
  }
}

/// An image and what a policy made of it.
public struct PreviewedImage: Sendable {
  /// The name of its file, or what else it is called.
  public let name: String
  /// The image before any operation.
  public let original: RGBAImage
  /// What the policy made of it, draw by draw.
  public let draws: [PolicyDraw]

  /// An image with its draws.
  public init(name: String, original: RGBAImage, draws: [PolicyDraw]) {
    self.name = name
    self.original = original
    self.draws = draws
  }

  var originalCell: ImageTable.Cell {
    ImageTable.Cell(
      image: original.shown(side: PreviewGrid.largestSide), name: name,
      description: "\(printable(name)), original")
  }

  func cell(of draw: PolicyDraw) -> ImageTable.Cell {
    ImageTable.Cell(
      image: draw.image.shown(side: PreviewGrid.largestSide), lines: draw.lines,
      isFaint: draw.applied.isEmpty,
      description: "\(printable(name)), \(draw.place): \(draw.lines.joined(separator: "; "))")
  }
}
