/// A hyperparameter beside the policy that joins a search: its name and the values that it can have.
///
/// A trial begins with a value that is drawn uniformly from the range, or uniformly in its logarithm. A trial that has
/// copied another continues with the copied value times 0.8 or 1.2, each with half the chance, kept within the range;
/// with probability 0.25 the value is drawn again instead (Jaderberg et al., "Population Based Training of Neural
/// Networks", 2017).
///
///     let rate = TunedRange("learning_rate=1e-4:1e-1:log")
///
/// Every step is an operation that IEEE 754 defines to the bit, so equal random numbers give equal values on every
/// machine.
public struct TunedRange: Hashable, Sendable {
  /// What the trainer's settings call it.
  public let name: String
  /// The values that it can have; the highest is above the lowest.
  public let values: ClosedRange<Double>
  /// Whether its logarithm is drawn uniformly; then all values are above 0.
  public let isLogarithmic: Bool

  /// What a copied value is multiplied by.
  public static let factors = [0.8, 1.2]

  /// A range of values; nil where it has no extent or no bounds, where a logarithm would be of a number that is not
  /// above 0, and for a name that is empty or holds `=`, `,` or white space.
  public init?(name: String, from low: Double, to high: Double, isLogarithmic: Bool = false) {
    guard low < high, (high - low).isFinite, !isLogarithmic || low > 0 && (high / low).isFinite else {
      return nil
    }
    guard !name.isEmpty, !name.contains(where: { "=,".contains($0) || $0.isWhitespace }) else { return nil }
    self.name = name
    values = low...high
    self.isLogarithmic = isLogarithmic
  }

  /// A value with which a trial begins.
  public func drawn(using generator: inout some RandomNumberGenerator) -> Double {
    let (low, high) = (values.lowerBound, values.upperBound)
    var bits = generator.next() >> 11
    guard isLogarithmic else { return bounded(low + (high - low) * (Double(bits) * 0x1p-53)) }
    // low · (high / low)^u, where each binary digit of u has a root of the ratio; the C library's powers differ from
    // system to system in their last bit.
    bits <<= 11
    var (value, root) = (low, high / low)
    while bits != 0 {
      root = root.squareRoot()
      if bits >> 63 == 1 { value *= root }
      bits <<= 1
    }
    return bounded(value)
  }

  /// The value with which a trial continues that has copied another one's.
  public func explored(from copied: Double, using generator: inout some RandomNumberGenerator) -> Double {
    if generator.boundedInteger(below: 4) == 0 { return drawn(using: &generator) }
    return bounded(copied * Self.factors[generator.boundedInteger(below: Self.factors.count)])
  }

  private func bounded(_ value: Double) -> Double {
    min(max(value, values.lowerBound), values.upperBound)
  }
}

extension TunedRange: LosslessStringConvertible {
  private static let logarithm = "log"

  /// Reads `name=low:high` or `name=low:high:log`; nil for anything else.
  public init?(_ text: String) {
    let halves = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard halves.count == 2 else { return nil }
    let words = halves[1].split(separator: ":", omittingEmptySubsequences: false)
    guard words.count == 2 || words.count == 3 && words[2] == Self.logarithm, let low = Double(words[0]),
      let high = Double(words[1])
    else { return nil }
    self.init(name: String(halves[0]), from: low, to: high, isLogarithmic: words.count == 3)
  }

  /// The text that `init(_:)` reads.
  public var description: String {
    "\(name)=\(values.lowerBound):\(values.upperBound)" + (isLogarithmic ? ":" + Self.logarithm : "")
  }
}

extension TunedRange: Codable {
  /// Reads the text.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let range = TunedRange(text) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "found '\(text)', expected NAME=LOW:HIGH or NAME=LOW:HIGH:log")
    }
    self = range
  }

  /// Writes the text.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

extension Collection<TunedRange> {
  /// The values with which a trial begins.
  ///
  /// - Parameter generator: gives the random numbers for the range at each place, from 0.
  /// - Returns: a value for each name.
  public func drawn<Generator: RandomNumberGenerator>(
    _ generator: (_ place: Int) -> Generator
  ) -> [String: Double] {
    values(generator) { range, generator in range.drawn(using: &generator) }
  }

  /// The values with which a trial continues that has copied another one.
  ///
  /// - Parameters:
  ///   - copied: the other one's values; one that is missing is drawn.
  ///   - generator: gives the random numbers for the range at each place, from 0.
  /// - Returns: a value for each name.
  public func explored<Generator: RandomNumberGenerator>(
    from copied: [String: Double], _ generator: (_ place: Int) -> Generator
  ) -> [String: Double] {
    values(generator) { range, generator in
      copied[range.name].map { range.explored(from: $0, using: &generator) } ?? range.drawn(using: &generator)
    }
  }

  private func values<Generator: RandomNumberGenerator>(
    _ generator: (_ place: Int) -> Generator, _ choose: (TunedRange, inout Generator) -> Double
  ) -> [String: Double] {
    var values: [String: Double] = [:]
    for (place, range) in enumerated() {
      var generator = generator(place)
      values[range.name] = choose(range, &generator)
    }
    return values
  }
}
