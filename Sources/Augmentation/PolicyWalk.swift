/// A program made ready to be drawn from, and the drawing itself.
struct PolicyWalk: Sendable {
  let alternatives: [AugmentationProgram.Alternative]
  private let draws: Int
  /// For each alternative the sum of the weights up to it, its own included.
  private let weightSums: [Double]
  /// The number of steps of the longest alternative.
  let longest: Int

  init(_ program: AugmentationProgram) {
    alternatives = program.alternatives
    draws = alternatives.isEmpty ? 0 : program.draws
    var sum = 0.0
    weightSums = alternatives.map {
      sum += $0.weight
      return sum
    }
    longest = alternatives.map(\.steps.count).max() ?? 0
  }

  /// Draws what happens to one image and reports it step by step, in the order of application.
  ///
  /// - Parameters:
  ///   - random: the stream of this image.
  ///   - order: scratch memory for ``longest`` numbers.
  ///   - width: the image's width in pixels.
  ///   - height: the image's height in pixels.
  ///   - apply: called with each step that fires and what was drawn for it.
  @inline(__always)
  func draw(
    using random: inout RandomStream, order: UnsafeMutablePointer<Int>, width: Int, height: Int,
    apply: (AugmentationProgram.Step, OperationArguments) -> Void
  ) {
    for _ in 0..<draws {
      let chosen = alternatives.count == 1 ? 0 : drawAlternative(using: &random)
      follow(chosen, using: &random, order: order, width: width, height: height, apply)
    }
  }

  /// As ``draw(using:order:width:height:apply:)``, with scratch memory of its own.
  @inline(__always)
  func draw(
    using random: inout RandomStream, width: Int, height: Int,
    apply: (AugmentationProgram.Step, OperationArguments) -> Void
  ) {
    withUnsafeTemporaryAllocation(of: Int.self, capacity: max(longest, 1)) { order in
      guard let order = order.baseAddress else { return }
      draw(using: &random, order: order, width: width, height: height, apply: apply)
    }
  }

  /// Goes through one alternative.
  @inline(__always)
  private func follow(
    _ chosen: Int, using random: inout RandomStream, order: UnsafeMutablePointer<Int>, width: Int,
    height: Int,
    _ apply: (AugmentationProgram.Step, OperationArguments) -> Void
  ) {
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
    var parameter = step.parameter
    if let opposite = step.opposite, random.uniform() < 0.5 { parameter = opposite }
    var center = (x: 0, y: 0)
    if step.operation.usesCenter {
      center.y = random.uniform(below: height)
      center.x = random.uniform(below: width)
    }
    // The last draw, so that operations without a key draw what they always drew.
    let key = step.operation.usesKey ? random.next() >> 11 : 0
    apply(step, OperationArguments(parameter: parameter, center: center, key: key))
    return true
  }

  /// Returns the first alternative whose sum of weights is above a random place among all of them.
  private func drawAlternative(using random: inout RandomStream) -> Int {
    let last = weightSums.count - 1
    let place = random.uniform() * weightSums[last]
    var (first, end) = (0, last)
    while first < end {
      let middle = (first + end) / 2
      if weightSums[middle] > place { end = middle } else { first = middle + 1 }
    }
    return first
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
