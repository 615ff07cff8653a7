/// The height and width to which the images of a folder are brought, in pixels.
public struct ImageSize: Hashable, Sendable, Codable, CustomStringConvertible {
  /// The height in pixels.
  public let height: Int
  /// The width in pixels.
  public let width: Int

  /// The sides that are accepted.
  public static let sides = 1...4096
  /// The size where none is asked for: 32 × 32.
  public static let standard = ImageSize(checkedHeight: 32, checkedWidth: 32)
  /// That of Fashion-MNIST.
  static let ofFashionMNIST = ImageSize(checkedHeight: 28, checkedWidth: 28)

  /// Nil for sides beyond `sides`.
  public init?(height: Int, width: Int) {
    guard Self.sides.contains(height), Self.sides.contains(width) else { return nil }
    self.init(checkedHeight: height, checkedWidth: width)
  }

  private init(checkedHeight height: Int, checkedWidth width: Int) {
    self.height = height
    self.width = width
  }

  /// Reads `64`, a square, or `64x48`, height and then width; nil for anything else, and for sides beyond `sides`.
  public init?(_ text: String) {
    let parts = text.split(separator: "x", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { part in
      part.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(part) : nil
    }
    guard (1...2).contains(parts.count), numbers.count == parts.count, !numbers.isEmpty
    else { return nil }
    self.init(height: numbers[0], width: numbers[numbers.count - 1])
  }

  /// One number for a square, otherwise height x width, such as `48x64`.
  public var description: String { height == width ? "\(height)" : "\(height)x\(width)" }

  /// A size as `description` writes it; throws for any other text.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let size = ImageSize(text) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "found '\(text)', expected \(Self.expectation)")
    }
    self = size
  }

  /// Encodes the size as `description` writes it.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }

  /// The form of a size in words.
  public static let expectation =
    "a side such as 64, or HEIGHTxWIDTH such as 64x48, of \(sides.lowerBound) to \(sides.upperBound) pixels"
}
