import Images
import Text

/// Images in rows and columns, with words above, beside and below them.
///
/// All columns are as wide as the widest image, and as wide as the widest line that must not be cut.
struct ImageTable {
  /// An image and what stands below it.
  struct Cell {
    /// Without transparency.
    let image: RGBAImage
    /// A name of any length, in up to two lines as wide as the cell.
    var name: String?
    /// Lines that are never cut.
    var lines: [String] = []
    /// Whether the lines matter less than others.
    var isFaint = false
    /// What the image is, for screen readers.
    let description: String
  }

  struct Row {
    /// Whether a line parts it from the row above.
    var isParted = false
    /// Above the label.
    var head = ""
    /// Above the cells; none where they are empty.
    var heads: [String] = []
    /// Beside the row.
    var label = ""
    /// Below the label.
    var remarks: [String] = []
    /// Nil where the table has a hole.
    let cells: [Cell?]
  }

  /// What the picture is of; cut where the title would be wider than the picture.
  let name: String
  /// What follows the name in the title.
  let title: String
  let rows: [Row]
  /// Sentences at the bottom.
  let notes: [String]

  let cellWidth: Double
  /// The space at the left for labels.
  let labelWidth: Double
  /// The pixels that the longer side of an image fills, or nearly.
  let longest: Int

  static let headSize = 12.0
  static let lineSize = 11.0
  static let lineHeight = 14.0
  static let headHeight = 24.0
  /// Between columns, and between rows.
  static let gap = 16.0

  /// A table whose columns are as wide as their images and words need.
  ///
  /// - Parameters:
  ///   - name: the name with which the heading begins.
  ///   - title: what follows the name in the heading.
  ///   - rows: the rows, each with its labels and cells.
  ///   - notes: lines below the table.
  ///   - side: about how many pixels the longer side of small images has in the picture. Where there are larger
  ///     ones, it is theirs.
  init(name: String, title: String, rows: [Row], notes: [String], side: Int) {
    let cells = rows.flatMap(\.cells).compactMap { $0 }
    let longest = max(cells.map { max($0.image.width, $0.image.height) }.max() ?? 0, side)
    let widths =
      cells.map { Double($0.image.width * Self.factor($0.image, longest: longest)) }
      + cells.flatMap(\.lines).map { textWidth($0, size: Self.lineSize) }
      + rows.flatMap(\.heads).map { textWidth($0, size: Self.headSize) }
    let labels = rows.flatMap { [$0.head, $0.label] + $0.remarks }.map { textWidth($0, size: Self.headSize) }
    let labelWidth = labels.max() ?? 0
    (self.name, self.title, self.rows, self.notes) = (name, title, rows, notes)
    self.longest = longest
    cellWidth = (widths.max() ?? 0).rounded(.up)
    self.labelWidth = labelWidth > 0 ? (labelWidth + Self.gap).rounded(.up) : 0
  }

  var columns: Int { rows.map(\.cells.count).max() ?? 0 }

  /// How often each pixel of an image is repeated in both directions.
  static func factor(_ image: RGBAImage, longest: Int) -> Int {
    max(longest / max(image.width, image.height, 1), 1)
  }

  /// The size of an image in the picture.
  func size(_ image: RGBAImage) -> (width: Double, height: Double) {
    let factor = Self.factor(image, longest: longest)
    return (Double(image.width * factor), Double(image.height * factor))
  }

  /// The height of the images of a row.
  func imageHeight(_ row: Row) -> Double {
    row.cells.compactMap { $0.map { size($0.image).height } }.max() ?? 0
  }

  /// The height of a row with its heads, its lines and the gap below it.
  func height(_ row: Row) -> Double {
    let below = row.cells.compactMap { cell in
      cell.map { size($0.image).height + Double(words($0).count) * Self.lineHeight }
    }
    let beside = imageHeight(row) / 2 + Double(1 + row.remarks.count) * Self.lineHeight
    return (row.heads.isEmpty ? 0 : Self.headHeight) + max(below.max() ?? 0, beside) + Self.gap
  }

  /// What stands below an image, with the class of each line.
  func words(_ cell: Cell) -> [(line: String, style: String)] {
    let names = cell.name.map { name in
      broken(printable(name), size: Self.lineSize, width: cellWidth).map { ($0, "ink strong") }
    }
    return (names ?? []) + cell.lines.map { ($0, cell.isFaint ? "faint" : "ink") }
  }
}

/// A name in at most two lines of a width, broken anywhere, its end cut off where they are too short for it.
private func broken(_ name: String, size: Double, width: Double) -> [String] {
  guard textWidth(name, size: size) > width else { return [name] }
  var first = name[...]
  while !first.isEmpty && textWidth(String(first), size: size) > width { first = first.dropLast() }
  return [String(first), fitted(String(name.dropFirst(first.count)), size: size, width: width)]
    .filter { !$0.isEmpty }
}
