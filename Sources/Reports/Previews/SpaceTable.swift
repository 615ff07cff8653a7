import Augmentation
import Images
import Policies
import Text

/// Every operation of a search space at its least, its middle and its most, for one image.
public struct SpaceTable: Sendable {
  /// The name of the image.
  public let name: String
  /// The image to which every operation is applied.
  public let image: RGBAImage
  /// The space.
  public let space: SearchSpace
  /// How lengths in pixels follow the size of the image.
  public let scale: PixelScale

  /// A table of a space for an image.
  ///
  /// - Parameters:
  ///   - space: the space.
  ///   - name: the name of the image.
  ///   - image: the image.
  ///   - scale: how lengths in pixels follow the size of the image, where the space has them follow it.
  public init(of space: SearchSpace, name: String, image: RGBAImage, scale: PixelScale = .none) {
    self.space = space
    self.name = name
    self.image = image
    self.scale = space.scalesPixels ? scale : .none
  }

  private static let heads = ["least", "middle", "most"]

  /// The picture, and its words.
  ///
  /// - Throws: `ImageFileError` for an image without pixels.
  public func figure() throws -> Figure {
    let notes = [
      "Least is magnitude 0, most is the last one. Operations marked ± are drawn in the positive direction; a policy lets half"
        + " of them go the other way.",
      "A policy draws the place of an operation that has one; here it is the middle.",
      "Grey is where an image has no data; training sees the mean colour there.",
    ]
    let title =
      ": the search space \(fitted(printable(space.name), size: 16, width: 240)), each operation at its least, middle and most"
    let table = ImageTable(
      name: name, title: title, rows: space.choices.indices.map(row), notes: notes,
      side: OperationTable.side)
    return Figure(
      caption: notes.joined(separator: " "),
      drawing: try table.drawing(
        description: "\(counted(space.choices.count, "operation")), from left to right stronger."),
      table: FigureTable(
        heads: ["operation"] + Self.heads,
        rows: space.choices.map { choice in
          [choice.operation.operation.name]
            + Self.magnitudes(choice.operation).map { $0.map { words(choice.operation, $0) } ?? "" }
        }))
  }

  /// The first, the middle and the last magnitude, each once; nil where there is no other one.
  private static func magnitudes(_ operation: ScaledOperation) -> [Int?] {
    let last = operation.operation.usesParameter ? operation.magnitudes.upperBound : 0
    return [0, last > 1 ? last / 2 : nil, last > 0 ? last : nil]
  }

  private func parameter(_ operation: ScaledOperation, _ magnitude: Int) -> Double {
    scale.parameter(operation.parameter(magnitude: magnitude), of: operation.operation)
  }

  private func words(_ operation: ScaledOperation, _ magnitude: Int) -> String {
    operation.operation.usesParameter
      ? operation.operation.unit.text(parameter(operation, magnitude)) : "no parameter"
  }

  private func row(_ index: Int) -> ImageTable.Row {
    let choice = space.choices[index]
    let operation = choice.operation
    let cells = Self.magnitudes(operation).map { magnitude -> ImageTable.Cell? in
      guard let magnitude else { return nil }
      let drawn = image.applying(
        operation.operation, parameter: parameter(operation, magnitude),
        center: (image.width / 2, image.height / 2))
      let words = words(operation, magnitude)
      return ImageTable.Cell(
        image: drawn.shown(side: OperationTable.largestSide),
        lines: operation.operation.usesParameter ? [words] : [],
        description: "\(operation.operation.name), magnitude \(magnitude): \(words)")
    }
    let steps =
      operation.operation.usesParameter ? [counted(operation.magnitudes.count, "step")] : ["no parameter"]
    return ImageTable.Row(
      head: "", heads: index == 0 ? Self.heads : [],
      label: operation.operation.name + (operation.isSigned ? " ±" : ""),
      remarks: steps + [counted(choice.entries, "entry", "entries")], cells: cells)
  }
}
