import Augmentation
import Images

/// Every operation at every magnitude of the search, for one image.
public struct OperationTable: Sendable {
  /// An image with a longer side is scaled down to this many pixels.
  public static let largestSide = 96
  /// About how many pixels the longer side of a small image has in the picture.
  static let side = 96

  /// The name of the image.
  public let name: String
  /// The image to which every operation is applied.
  public let image: RGBAImage

  /// A table for an image.
  public init(name: String, image: RGBAImage) {
    self.name = name
    self.image = image
  }

  /// The picture, and its words.
  ///
  /// - Throws: `ImageFileError` for an image without pixels.
  public func figure() throws -> Figure {
    let notes = [
      "Operations marked ± are drawn in the positive direction; a policy lets half of them go the other way.",
      "A policy draws the place of Cutout; here it is the middle.",
      "A policy draws new random numbers for "
        + Operation.catalogue.filter(\.usesKey).map(\.name).joined(separator: ", ")
        + " each time; here all cells have the same.",
      "Grey is where an image has no data; training sees the mean colour there.",
    ]
    let table = ImageTable(
      name: name, title: ": every operation at magnitudes 0 to 9; those marked ± also go the other way",
      rows: Operation.catalogue.map(row), notes: notes, side: Self.side)
    let description = "\(Operation.catalogue.count) operations, from left to right stronger."
    return Figure(
      caption: notes.joined(separator: " "), drawing: try table.drawing(description: description),
      table: FigureTable(
        heads: ["operation"] + Operation.magnitudes.map(String.init),
        rows: Operation.catalogue.map { operation in
          [operation.name] + Operation.magnitudes.map { Self.parameter(operation, $0) }
        }))
  }

  private func row(_ operation: Operation) -> ImageTable.Row {
    let cells = Operation.magnitudes.map { magnitude in
      let parameter = Self.parameter(operation, magnitude)
      let drawn = image.applying(
        operation, parameter: operation.parameter(magnitude: magnitude),
        center: (image.width / 2, image.height / 2))
      return ImageTable.Cell(
        image: drawn.shown(side: Self.largestSide), lines: operation.usesParameter ? [parameter] : [],
        description: "\(operation.name), magnitude \(magnitude): \(parameter)")
    }
    let isFirst = operation == Operation.catalogue.first
    return ImageTable.Row(
      head: isFirst ? "magnitude" : "", heads: isFirst ? Operation.magnitudes.map(String.init) : [],
      label: operation.name, remarks: Self.remarks(operation), cells: cells)
  }

  private static func parameter(_ operation: Operation, _ magnitude: Int) -> String {
    operation.usesParameter ? operation.unit.text(operation.parameter(magnitude: magnitude)) : "no parameter"
  }

  private static func remarks(_ operation: Operation) -> [String] {
    (operation.isSigned ? [operation.unit == .slope ? "± slope" : "±"] : [])
      + (operation.usesParameter ? [] : ["no parameter"])
      + (operation.usesCenter ? ["in the middle"] : [])
  }
}
