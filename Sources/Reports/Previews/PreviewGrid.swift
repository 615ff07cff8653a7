/// Images in rows: the original, then what a policy makes of it in several draws of one epoch.
public struct PreviewGrid: Sendable {
  /// An image with a longer side is scaled down to this many pixels.
  public static let largestSide = 256
  /// About how many pixels the longer side of a small image has in the picture.
  static let side = 128
  /// More draws than this are placed below, also where images of this width would not stand side by side in the picture.
  private static let mostDraws = 8
  private static let mostWidth = 1400

  /// What the policy is called.
  public let policy: String
  /// From 1, and the policy's length; nil for a policy without epochs.
  public let moment: (epoch: Int, length: Int)?
  /// The images, one row each.
  public let images: [PreviewedImage]

  /// A grid of images under one policy.
  public init(policy: String, moment: (epoch: Int, length: Int)?, images: [PreviewedImage]) {
    self.policy = policy
    self.moment = moment
    self.images = images
  }

  /// The picture, and its words.
  ///
  /// - Throws: `ImageFileError` for an image without pixels.
  public func figure() throws -> Figure {
    let count = images.map(\.draws.count).max() ?? 0
    let what = "\(count) \(count == 1 ? "draw" : "draws") of each image"
    let table = ImageTable(
      name: policy,
      title: (moment.map { ", epoch \($0.epoch) of \($0.length)" } ?? "") + ": " + what,
      rows: images.enumerated().flatMap { rows(of: $1, isFirst: $0 == 0) }, notes: images.notes,
      side: Self.side)
    return Figure(
      caption: images.notes.joined(separator: " "),
      drawing: try table.drawing(description: images.words), table: images.table)
  }

  private var drawsInALine: Int {
    let sides = images.map { max($0.original.width, $0.original.height) }
    let side = min(max(sides.max() ?? 0, Self.side), Self.largestSide)
    return min(max(Self.mostWidth / (side + Int(ImageTable.gap)) - 1, 1), Self.mostDraws)
  }

  /// The row of an image; with many draws, several of about the same length.
  private func rows(of image: PreviewedImage, isFirst: Bool) -> [ImageTable.Row] {
    let most = drawsInALine
    let lines = max((image.draws.count + most - 1) / most, 1)
    let length = max((image.draws.count + lines - 1) / lines, 1)
    return (0..<lines).map { line in
      let draws = image.draws.dropFirst(line * length).prefix(length)
      let numbers = draws.map { "draw \($0.number)" }
      return ImageTable.Row(
        isParted: !isFirst && line == 0 && lines > 1,
        heads: isFirst || lines > 1 ? [line == 0 ? "original" : ""] + numbers : [],
        cells: [line == 0 ? image.originalCell : nil] + draws.map(image.cell))
    }
  }
}
