/// What the parameter of an operation counts.
public enum ParameterUnit: String, Sendable, Codable, CaseIterable {
  /// Degrees, counter-clockwise.
  case degrees
  /// Pixels of displacement per pixel of distance.
  case slope
  /// Pixels.
  case pixels
  /// The share of the image in a mixture with its degenerate version; above 1 it goes beyond the image.
  case factor
  /// Highest bits that are kept of a colour value.
  case bits
  /// A colour value in 0...256.
  case level
  /// A power to which colour values are raised, as shares of the largest.
  case exponent
  /// Turns of the colour circle.
  case turns
  /// By how much more than its size something becomes larger; where negative, by how much smaller the other way round.
  case enlargement
  /// The standard deviation of noise, in colour values.
  case deviation
  /// The quality of a JPEG file, 1 to 100.
  case quality
  /// A share of the image, 0 to 1: of its pixels, or of its width and height.
  case share
  /// The operation has no parameter.
  case none

  /// A value with its unit, as people write it; empty where there is no parameter.
  public func text(_ value: Double) -> String {
    switch self {
    case .degrees: "\(Self.digits(value))°"
    case .slope: Self.digits(value)
    case .pixels: "\(Self.digits(value)) px"
    case .factor: "×\(Self.digits(value))"
    case .bits: value == 1 ? "1 bit" : "\(Self.digits(value)) bits"
    case .level: "from \(Self.digits(value))"
    case .exponent: "^\(Self.digits(value))"
    case .turns: abs(value) == 1 ? "\(Self.digits(value)) turn" : "\(Self.digits(value)) turns"
    case .enlargement: (value < 0 ? "÷" : "×") + Self.digits(1 + abs(value))
    case .deviation: value == 1 ? "1 level" : "\(Self.digits(value)) levels"
    case .quality: "quality \(Self.digits(value))"
    case .share: "\(Self.digits(value * 100)) %"
    case .none: ""
    }
  }

  /// A number with at most three decimals, none where it is whole.
  private static func digits(_ value: Double) -> String {
    let rounded = (value * 1000).rounded() / 1000
    guard let whole = Int(exactly: rounded) else { return "\(rounded)" }
    return String(whole)
  }
}

extension ParameterUnit {
  /// Whether it counts whole things, so that a fraction has no effect or none that is meant.
  public var countsWholes: Bool { Self.wholes.contains(self) }

  private static let wholes: Set<ParameterUnit> = [.pixels, .bits, .level, .quality]
}
