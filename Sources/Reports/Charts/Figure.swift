/// A drawing with a table of the numbers it shows, for screen readers and for copying.
public struct Figure: Hashable, Sendable {
  /// What it shows and how to read it.
  public let caption: String
  /// The drawing.
  public let drawing: Drawing
  /// The numbers of the drawing.
  public let table: FigureTable

  /// A drawing with the table of its numbers.
  public init(caption: String, drawing: Drawing, table: FigureTable) {
    self.caption = caption
    self.drawing = drawing
    self.table = table
  }
}

/// Rows of words under headings.
public struct FigureTable: Hashable, Sendable {
  /// The headings of the columns.
  public let heads: [String]
  /// Each with as many cells as there are heads.
  public let rows: [[String]]

  /// A table; each row has as many cells as there are headings.
  public init(heads: [String], rows: [[String]]) {
    self.heads = heads
    self.rows = rows
  }
}
