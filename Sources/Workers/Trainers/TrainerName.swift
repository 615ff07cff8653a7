/// A user's trainer: a Python file, and a class in it where that is named.
///
/// Its text is `FILE.py` or `FILE.py:Class`.
public struct TrainerName: Hashable, Sendable {
  /// The path of the file.
  public var file: String
  /// The name of the class; nil where the file has one trainer.
  public var className: String?

  /// A trainer by its file and its class.
  public init(file: String, className: String? = nil) {
    self.file = file
    self.className = className
  }

  /// The trainer's name for others to read: not where it lies on this machine.
  public var publicName: String {
    TrainerName(file: file.split(separator: "/").last.map(String.init) ?? file, className: className)
      .description
  }
}

extension TrainerName: LosslessStringConvertible {
  /// Reads `FILE.py` or `FILE.py:Class`; nil where no file is named.
  ///
  /// What stands after the last colon is a class where it can be one: a name without a dot or a slash.
  public init?(_ text: String) {
    let end = text.lastIndex(of: ":")
    let name = end.map { String(text[text.index(after: $0)...]) }
    if let end, let name, Self.isIdentifier(name) {
      self.init(file: String(text[..<end]), className: name)
    } else {
      self.init(file: text)
    }
    if file.isEmpty { return nil }
  }

  private static func isIdentifier(_ name: String) -> Bool {
    guard let first = name.first, first == "_" || first.isLetter else { return false }
    return name.allSatisfy { $0 == "_" || $0.isLetter || $0.isNumber }
  }

  /// The text that `init(_:)` reads.
  public var description: String { file + (className.map { ":" + $0 } ?? "") }
}

extension TrainerName: Codable {
  /// Reads the text.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let name = TrainerName(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "found no name of a file, expected FILE.py or FILE.py:Class")
    }
    self = name
  }

  /// Writes the text.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
