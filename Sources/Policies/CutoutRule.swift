/// What a policy says about the Cutout that follows every policy in the tail of the pipeline.
public enum CutoutRule: Hashable, Sendable {
  /// It is as the recipe has it.
  case ofRecipe
  /// There is none, unless a size is asked for expressly.
  case off
  /// It has the recipe's size, which must not be 0.
  case required
  /// It has this size.
  case side(Int)

  /// Decides the side of Cutout's square from what was asked for and what the recipe has.
  ///
  /// - Parameters:
  ///   - given: the side that was asked for expressly; it is always obeyed.
  ///   - recipe: the side that the recipe has.
  /// - Returns: the side of the square in pixels; 0 is off.
  /// - Throws: `PolicyError` if the policy and the size contradict each other.
  public func side(given: Int?, recipe: Int) throws(PolicyError) -> Int {
    switch self {
    case .ofRecipe: return given ?? recipe
    case .off: return given ?? 0
    case .required:
      let side = given ?? recipe
      guard side > 0 else {
        throw PolicyError(
          place: "policy", found: "cutout with a Cutout of 0 pixels",
          expected: "a size",
          cure: "give \(setting: "cutout") 16, or \(setting: "policy") cutout:16")
      }
      return side
    case .side(let side):
      guard given == nil || given == side else {
        throw PolicyError(
          place: "policy", found: "cutout:\(side) beside a Cutout of \(given ?? 0) pixels",
          expected: "one size: leave out one of the two")
      }
      return side
    }
  }
}
