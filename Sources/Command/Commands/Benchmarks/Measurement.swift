import ArgumentParser
import Text

/// What was measured several times: one number a round.
struct Measurement: Encodable {
  let values: [Double]

  var count: Int { values.count }
  var lowest: Double { values.min() ?? .nan }
  var highest: Double { values.max() ?? .nan }

  /// The middle value; the mean of the two middle ones of an even number.
  var median: Double {
    guard !values.isEmpty else { return .nan }
    let sorted = values.sorted()
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }

  /// The median and, in brackets, the range.
  func text(_ decimals: Int) -> String {
    "\(decimal(median, decimals)) [\(decimal(lowest, decimals)), \(decimal(highest, decimals))]"
  }

  /// What this measurement is divided by another of the same rounds, round by round.
  func divided(by other: Measurement) -> Measurement {
    Measurement(values: zip(values, other.values).map { $0 / $1 })
  }

  private enum CodingKeys: String, CodingKey { case median, lowest, highest, n }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(median, forKey: .median)
    try container.encode(lowest, forKey: .lowest)
    try container.encode(highest, forKey: .highest)
    try container.encode(count, forKey: .n)
  }
}

/// Seconds that `body` takes.
func seconds(_ body: () throws -> Void) rethrows -> Double {
  let start = ContinuousClock.now
  try body()
  return (ContinuousClock.now - start) / .seconds(1)
}

/// Refuses a number outside of a range, in the words of the other commands.
func require(_ option: String, _ value: Int, in range: ClosedRange<Int>) throws {
  guard range.contains(value) else {
    throw ValidationError(
      "--\(option): found \(value), expected \(range.lowerBound) to \(range.upperBound)")
  }
}
