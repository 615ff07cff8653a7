/// A program made ready to be drawn from, and the drawing itself.
struct PolicyWalk: Sendable {
  let alternatives: [AugmentationProgram.Alternative]
  private let totalWeight: Double
  /// The number of steps of the longest alternative.
  let longest: Int

  init(_ program: AugmentationProgram) {
    alternatives = program.alternatives
    totalWeight = alternatives.reduce(0) { $0 + $1.weight }
    longest = alternatives.map(\.steps.count).max() ?? 0
  }

  /// Draws what happens to one image and tells it step by step, in the order of application.
  ///
  /// - Parameter order: Scratch for ``longest`` numbers.
  @inline(__always)
  func draw(
    using random: inout RandomStream, order: UnsafeMutablePointer<Int>, width: Int, height: Int,
    apply: (AugmentationProgram.Step, OperationArguments) -> Void
  ) {
    guard !alternatives.isEmpty else { return }
    let chosen = alternatives.count == 1 ? 0 : drawAlternative(using: &random)
    guard let distribution = alternatives[chosen].countDistribution else {
      for index in alternatives[chosen].steps.indices {
        fire(alternatives[chosen].steps[index], using: &random, width: width, height: height, apply)
      }
      return
    }
    var remaining = drawCount(from: distribution, using: &random)
    let count = alternatives[chosen].steps.count
    if remaining > 0 {
      for index in 0..<count { order[index] = index }
    }
    // The shuffle goes only as far as the walk: the next step is drawn among those not yet reached.
    var reached = 0
    while remaining > 0, reached < count {
      let next = reached &+ random.uniform(below: count &- reached)
      (order[reached], order[next]) = (order[next], order[reached])
      let step = alternatives[chosen].steps[order[reached]]
      if fire(step, using: &random, width: width, height: height, apply) {
        remaining &-= 1
      }
      reached &+= 1
    }
  }

  /// Applies a step with its probability and says whether it did.
  @inline(__always)
  @discardableResult
  private func fire(
    _ step: AugmentationProgram.Step, using random: inout RandomStream, width: Int, height: Int,
    _ apply: (AugmentationProgram.Step, OperationArguments) -> Void
  ) -> Bool {
    guard random.uniform() < step.probability else { return false }
    let isNegative = step.operation.isSigned && random.uniform() < 0.5
    var center = (x: 0, y: 0)
    if step.operation.usesCenter {
      center.y = random.uniform(below: height)
      center.x = random.uniform(below: width)
    }
    apply(step, OperationArguments(magnitude: step.magnitude, isNegative: isNegative, center: center))
    return true
  }

  private func drawAlternative(using random: inout RandomStream) -> Int {
    var rest = random.uniform() * totalWeight
    for index in alternatives.indices.dropLast() {
      rest -= alternatives[index].weight
      if rest < 0 { return index }
    }
    return alternatives.count - 1
  }

  private func drawCount(from distribution: [Double], using random: inout RandomStream) -> Int {
    var rest = random.uniform()
    for count in distribution.indices {
      rest -= distribution[count]
      if rest < 0 { return count }
    }
    // The sum fell short of 1 by a rounding: the largest count that is possible.
    return distribution.lastIndex { $0 > 0 } ?? 0
  }
}
