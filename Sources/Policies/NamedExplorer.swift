import PopulationBasedTraining

/// An explorer by the name that the setting `explorer` has for it.
public struct NamedExplorer: Sendable, CustomStringConvertible {
  /// The setting's value.
  public let name: String
  private let maker: @Sendable (SearchSpace) -> any Explorer<Policy>

  /// Names an explorer.
  ///
  /// - Parameters:
  ///   - name: the setting's value.
  ///   - make: makes the explorer of a search in a space.
  public init(_ name: String, _ make: @escaping @Sendable (SearchSpace) -> any Explorer<Policy>) {
    self.name = name
    maker = make
  }

  /// All of them, the default first.
  public static let all: [NamedExplorer] = [.pba, .pbaRandomStart, .random, .pb2, .multipleFrequencies]

  /// The explorer of that name; nil where there is none.
  public init?(named name: String) {
    guard let explorer = Self.all.first(where: { $0.name == name }) else { return nil }
    self = explorer
  }

  /// The explorer of a search in a space.
  public func make(in space: SearchSpace) -> any Explorer<Policy> { maker(space) }

  /// The name.
  public var description: String { name }
}

extension NamedExplorer: Hashable {
  /// Whether the names are the same.
  public static func == (a: NamedExplorer, b: NamedExplorer) -> Bool { a.name == b.name }

  /// Hashes the name.
  public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

extension NamedExplorer: Codable {
  /// Reads the name.
  public init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    let name = try value.decode(String.self)
    guard let explorer = NamedExplorer(named: name) else {
      let names = Self.all.map(\.name).joined(separator: ", ")
      throw DecodingError.dataCorruptedError(
        in: value, debugDescription: "found '\(name)', expected one of \(names)")
    }
    self = explorer
  }

  /// Writes the name.
  public func encode(to encoder: any Encoder) throws {
    var value = encoder.singleValueContainer()
    try value.encode(name)
  }
}
