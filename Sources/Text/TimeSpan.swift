/// A length of time as people type it: `90s`, `30m`, `3h`, `1h30m`, `2d`.
///
///     let limit = TimeSpan("1h30m")  // 5400 seconds
public struct TimeSpan: Hashable, Sendable {
  /// The length in seconds, at least 1.
  public let seconds: Int

  /// The longest that is accepted: ten years.
  public static let longest = 3650 * 86_400

  /// What a text should be, for errors.
  public static let expected = "a time such as 90s, 30m, 3h, 1h30m or 2d"

  private static let units: [(letter: Character, seconds: Int)] = [
    ("d", 86_400), ("h", 3600), ("m", 60), ("s", 1),
  ]

  /// So many seconds; nil for less than one and for more than ``longest``.
  public init?(seconds: Int) {
    guard (1...Self.longest).contains(seconds) else { return nil }
    self.seconds = seconds
  }
}

extension TimeSpan: LosslessStringConvertible {
  /// Reads whole numbers with their units, the longest unit first and each once; nil for anything else.
  public init?(_ text: String) {
    var rest = Substring(text)
    var units = Self.units[...]
    var sum = 0
    while !rest.isEmpty {
      let digits = rest.prefix { ("0"..."9").contains($0) }
      rest = rest.dropFirst(digits.count)
      // Ten digits are more than any sum that is accepted has.
      guard digits.count <= 10, let count = Int(digits), let letter = rest.popFirst(),
        let place = units.firstIndex(where: { $0.letter == letter })
      else { return nil }
      sum += count * units[place].seconds
      units = units[(place + 1)...]
    }
    self.init(seconds: sum)
  }

  /// The shortest text of whole units, as `1h30m`.
  public var description: String {
    var rest = seconds
    return Self.units.map { letter, length in
      let count = rest / length
      rest %= length
      return count > 0 ? "\(count)\(letter)" : ""
    }.joined()
  }
}
