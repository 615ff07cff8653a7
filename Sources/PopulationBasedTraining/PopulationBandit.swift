/// PB2's explorer over whole numbers: chooses what a model of the whole search expects to improve a trial most.
///
/// Parker-Holder, Nguyen and Roberts, "Provably Efficient Online Hyperparameter Optimization with Population-Based Bandits",
/// 2020: a Gaussian process that changes with time models how much the score changes during an interval, and a trial that
/// has copied another continues with the numbers of the highest upper confidence bound. Points at which other trials train
/// already make the model certain there, so that the trials of one comparison choose different ones.
///
/// A change is compared with the mean of all trials over the same epochs, and what a straight line in the trial's standing
/// before it explains is taken out: a trial that was measured too high by chance improves less, whatever it trains with. The
/// model sees the newest observations alone.
public struct PopulationBandit: Explorer, Hashable {
  /// The values that each number can have.
  public let ranges: [ClosedRange<Int>]
  /// How many observations the model sees.
  public static let window = 128
  /// How many points are drawn at random, half of them from all the space, half as perturbations of what was copied.
  public static let draws = 128
  /// How many changes of a single number follow from the best of them.
  public static let moves = 128

  /// Makes the explorer of a space.
  public init(ranges: [ClosedRange<Int>]) { self.ranges = ranges }

  /// Numbers drawn uniformly from their ranges.
  public func beginning(
    of trial: Int, from start: [Int], using generator: inout some RandomNumberGenerator
  ) -> [Int] { drawn(using: &generator) }

  /// The numbers with the highest upper confidence bound that was found.
  public func explore(
    _ request: Exploration<[Int]>, using generator: inout some RandomNumberGenerator
  ) throws -> [Int] {
    let changes = ScoreChanges(
      try request.history(), direction: request.direction, newest: Self.window)
    let seen = changes.standardised.filter { $0.hyperparameters.count == ranges.count }
    let underway = request.underway().filter { $0.count == ranges.count }
    guard !ranges.isEmpty, !seen.isEmpty, request.copied.count == ranges.count else { return request.copied }
    var process = TimeVaryingProcess(
      points: seen.map { point($0.hyperparameters, time: $0.time) }, values: seen.map(\.value),
      room: underway.count)
    let now = changes.time(after: request.source)
    for numbers in underway { process.expect(point(numbers, time: now)) }
    // β of the paper with the constants of its authors' program.
    let confidence = (0.2 + max(0, logarithm(0.4 * Double(seen.count)))).squareRoot()
    func bound(_ numbers: [Int]) -> Double {
      let prediction = process.prediction(at: point(numbers, time: now))
      return prediction.mean + confidence * prediction.deviation
    }

    var best = (numbers: request.copied, bound: -Double.infinity)
    func consider(_ numbers: [Int]) {
      let bound = bound(numbers)
      if bound > best.bound { best = (numbers, bound) }
    }
    for draw in 0..<Self.draws {
      consider(
        draw % 2 == 0 ? drawn(using: &generator) : perturbed(request.copied, using: &generator))
    }
    for _ in 0..<Self.moves {
      var numbers = best.numbers
      let place = generator.boundedInteger(below: ranges.count)
      let range = ranges[place]
      numbers[place] = range.lowerBound + generator.boundedInteger(below: range.count)
      consider(numbers)
    }
    return best.numbers
  }

  private func point(_ numbers: [Int], time: Int) -> TimeVaryingProcess.Point {
    TimeVaryingProcess.Point(
      place: zip(numbers, ranges).map { number, range in
        range.count > 1 ? Double(number - range.lowerBound) / Double(range.count - 1) : 0
      }, time: time)
  }

  private func drawn(using generator: inout some RandomNumberGenerator) -> [Int] {
    var numbers: [Int] = []
    for range in ranges { numbers.append(range.lowerBound + generator.boundedInteger(below: range.count)) }
    return numbers
  }

  /// A fifth of the numbers drawn again, on average.
  private func perturbed(_ copied: [Int], using generator: inout some RandomNumberGenerator) -> [Int] {
    var numbers = copied
    for (place, range) in ranges.enumerated() where generator.boundedInteger(below: 5) == 0 {
      numbers[place] = range.lowerBound + generator.boundedInteger(below: range.count)
    }
    return numbers
  }
}
