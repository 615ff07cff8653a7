import Augmentation
import Text

extension [PreviewedImage] {
  /// How to read a picture of these draws: what occurs in it is explained.
  var notes: [String] {
    let draws = flatMap(\.draws)
    let applied = draws.flatMap(\.applied).filter(\.operation.usesParameter)
    var notes = [
      "Below each image stand the operations that fired, in their order, with their probability p."
    ]
    if let scale = magnitudeWords(applied, ofOtherSpace: draws.contains(where: \.usesOtherSpace)) {
      notes.append(scale)
    }
    if draws.contains(where: { $0.lines.contains { $0.contains("−") } }) {
      notes.append("A minus turns the direction.")
    }
    if draws.contains(where: \.hasGaps) {
      notes.append("Grey is where an image has no data; training sees the mean colour there.")
    }
    return notes
  }

  /// What the magnitudes among these are; nil where there is none.
  private func magnitudeWords(_ applied: [AppliedOperation], ofOtherSpace: Bool) -> String? {
    guard applied.contains(where: { $0.magnitude != nil }) else { return nil }
    return ofOtherSpace
      ? "Numbers are magnitudes of the search, with their strengths beside them."
      : "Numbers are magnitudes of the search, 0 to 9."
  }

  /// What fired in every draw, for screen readers.
  var words: String {
    map { image in
      let draws = image.draws.map { "\($0.place): \($0.lines.joined(separator: "; "))" }
      return "\(printable(image.name)): " + draws.joined(separator: ". ") + "."
    }.joined(separator: " ")
  }

  /// The picture as text: what fired in every draw.
  var table: FigureTable {
    FigureTable(
      heads: ["image", "epoch", "draw", "operations"],
      rows: flatMap { image in
        image.draws.map { draw in
          [
            printable(image.name), draw.epoch.map(String.init) ?? "–", String(draw.number),
            draw.lines.joined(separator: "; "),
          ]
        }
      })
  }
}
