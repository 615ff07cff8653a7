/// The same images under the policies of several epochs of a schedule: a column for each epoch, a row for each draw.
public struct EpochStrip: Sendable {
  /// What the schedule is called.
  public let policy: String
  /// How many epochs it has.
  public let length: Int
  /// The epochs that have a column, from 1, in the order of the columns.
  public let epochs: [Int]
  /// Images with draws of these epochs.
  public let images: [PreviewedImage]

  /// A strip of images with draws of these epochs.
  public init(policy: String, length: Int, epochs: [Int], images: [PreviewedImage]) {
    self.policy = policy
    self.length = length
    self.epochs = epochs
    self.images = images
  }

  /// The picture, and its words.
  ///
  /// - Throws: `ImageFileError` for an image without pixels.
  public func figure() throws -> Figure {
    let what = images.count == 1 ? "the same image" : "the same images"
    let list = epochs.map(String.init).joined(separator: ", ")
    let table = ImageTable(
      name: policy,
      title: ": \(what) at \(epochs.count == 1 ? "epoch" : "epochs") \(list) of \(length)",
      rows: images.enumerated().flatMap { rows(of: $1, isFirst: $0 == 0) }, notes: images.notes,
      side: PreviewGrid.side)
    return Figure(
      caption: images.notes.joined(separator: " "),
      drawing: try table.drawing(description: images.words), table: images.table)
  }

  private func rows(of image: PreviewedImage, isFirst: Bool) -> [ImageTable.Row] {
    let numbers = Set(image.draws.map(\.number)).sorted()
    return numbers.enumerated().map { row, number in
      let cells = epochs.map { epoch in
        image.draws.first { $0.number == number && $0.epoch == epoch }.map(image.cell)
      }
      return ImageTable.Row(
        isParted: !isFirst && row == 0 && numbers.count > 1,
        heads: isFirst && row == 0 ? ["original"] + epochs.map { "epoch \($0)" } : [],
        remarks: numbers.count > 1 ? ["draw \(number)"] : [],
        cells: [row == 0 ? image.originalCell : nil] + cells)
    }
  }
}
