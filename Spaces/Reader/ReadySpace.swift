import Files
import Policies
import Text

/// A search space that comes with the program: a YAML file in the folder `Spaces`.
public struct ReadySpace: Sendable {
  /// The name, such as `digits`.
  public let name: String
  /// The text of the file, whose comments say why each operation is in it.
  public let text: String
  /// The space that the text says.
  public let space: SearchSpace

  /// What stands for the space of PBA beside its name.
  public static let usual = "default"
  private static let suffix = ".yaml"

  /// The names of all of them, in the order of the alphabet.
  ///
  /// Throws `FileError` where the program's own files are not in their place.
  public static func names() throws -> [String] {
    try AtomicFile.names(in: folder()).filter { $0.hasSuffix(suffix) }
      .map { String($0.dropLast(suffix.count)) }.sorted()
  }

  /// The space of a name; nil where there is none of that name.
  ///
  /// - Parameter name: one of `names`, or `default` for PBA's.
  /// - Throws: `FileError` or `PolicyError` where the program's own files are not in order.
  public init?(named name: String) throws {
    let name = name == Self.usual ? SearchSpace.pba.name : name
    guard try Self.names().contains(name) else { return nil }
    let path = try "\(Self.folder())/\(name)\(Self.suffix)"
    self.name = name
    text = try SearchSpace.text(ofFile: path)
    space = try SearchSpace(yaml: text, from: path)
  }

  private static func folder() throws -> String { try resourceFolder("swift-pba_Spaces") }
}

extension SearchSpace {
  /// The most bytes of a file with a space.
  private static let largestFile = 64 << 10

  /// Reads a space from a YAML or JSON file.
  ///
  /// Throws `PolicyError` or `FileError` with the file, and the place in it.
  public init(contentsOf path: String) throws {
    try self.init(yaml: Self.text(ofFile: path), from: path)
  }

  /// Reads a space from the text of a YAML or JSON file, which errors name.
  public init(yaml text: String, from file: String) throws(PolicyError) {
    guard let value = try JSONValue(yaml: text, from: file) else {
      throw PolicyError(
        file: file, found: "an empty file",
        expected: "a search space; `pba space show default` prints one to edit")
    }
    do {
      try self.init(value)
    } catch {
      throw error.inFile(file)
    }
  }

  fileprivate static func text(ofFile path: String) throws -> String {
    if let kind = FileKind(following: path), kind != .file {
      throw PolicyError(
        file: path, found: "something else than a file", expected: "a YAML file with a search space")
    }
    guard let text = String(bytes: try readBytes(path, limit: largestFile), encoding: .utf8) else {
      throw PolicyError(
        file: path, found: "a file that is not text", expected: "a YAML file with a search space")
    }
    return text
  }
}
