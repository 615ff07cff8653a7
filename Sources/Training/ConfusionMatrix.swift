import Text

/// How often images of each class were taken for each class.
///
/// Classes are numbered in the order of their names.
public struct ConfusionMatrix: Hashable, Sendable {
  /// The names of the classes.
  public let classNames: [String]
  /// For each true class how many of its images were taken for which class; classes without any are left out.
  public private(set) var rows: [[Int: Int]]

  /// A matrix of no image yet.
  public init(classNames: [String]) {
    self.classNames = classNames
    rows = Array(repeating: [:], count: classNames.count)
  }

  /// Counts one image.
  ///
  /// - Parameters:
  ///   - label: the class that the image is of.
  ///   - prediction: the class that it was taken for.
  public mutating func add(label: Int, prediction: Int) { rows[label][prediction, default: 0] += 1 }

  /// How many images of a class there were.
  public func images(ofClass label: Int) -> Int { rows[label].values.reduce(0, +) }

  /// How many images of a class were taken for it.
  public func correct(inClass label: Int) -> Int { rows[label][label] ?? 0 }

  /// The share of a class's images that were taken for it, in 0...1; nil where there were none.
  public func accuracy(ofClass label: Int) -> Double? {
    let images = images(ofClass: label)
    return images > 0 ? Double(correct(inClass: label)) / Double(images) : nil
  }

  /// The share of all images that were taken for their class, in 0...1; nil where there were none.
  public var accuracy: Double? {
    let images = rows.indices.reduce(0) { $0 + self.images(ofClass: $1) }
    let correct = rows.indices.reduce(0) { $0 + self.correct(inClass: $1) }
    return images > 0 ? Double(correct) / Double(images) : nil
  }

  /// Writes comma-separated values, a line without its end at a time: a row for each true class, a column for each predicted one.
  ///
  /// The first line has the names of the classes, and so has the first column.
  public func writeCSV(_ write: (String) throws -> Void) rethrows {
    let names = classNames.map(csvField)
    try write((["true class"] + names).joined(separator: ","))
    for (name, row) in zip(names, rows) {
      let counts = names.indices.map { String(row[$0] ?? 0) }
      try write(([name] + counts).joined(separator: ","))
    }
  }
}
