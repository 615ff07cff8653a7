/// The two baselines that have no policy of their own: only the tail of the pipeline.
extension NamedPolicy {
  /// Crop and flip as the recipe has them: the "baseline" of the PBA paper.
  static let none = NamedPolicy(
    "none", summary: "crop and flip only; no Cutout unless the setting cutout asks for it"
  ) { argument, _ throws(PolicyError) in
    try argument.refuse("none")
    return .tail(.off)
  }

  /// The same and the recipe's Cutout: the "cutout" of the PBA paper.
  static let cutout = NamedPolicy(
    "cutout", usage: "cutout[:SIZE]",
    summary: "crop, flip and Cutout of the recipe's size, or of SIZE pixels a side"
  ) { argument, _ throws(PolicyError) in
    guard let text = argument.text else { return .tail(.required) }
    guard let side = Int(text), (1...4096).contains(side) else {
      throw argument.failure(expected: "cutout, or cutout:SIZE with a side of 1 to 4096 pixels")
    }
    return .tail(.side(side))
  }
}
