import Files
import Foundation
import Yams

/// A folder of recipes: a folder for each table, in it a YAML file for each recipe.
///
/// `inherits: FILE` takes over the settings of another file, named from the folder of this one, where it says nothing
/// itself. Files called `base.yaml` are there to be inherited from and are no recipes.
package struct RecipeFolder: Sendable {
  let path: String

  /// The recipes in the folder at a path.
  package init(_ path: String) {
    self.path = path
  }

  /// The recipes that come with the program.
  static func bundled() throws -> RecipeFolder {
    RecipeFolder(try resourceFolder("swift-pba_Recipes"))
  }

  private static let suffix = ".yaml"
  private static let base = "base"
  private static let inherits = "inherits"
  private static let error = "publishedError"
  /// More files than this in a line of inheritance are taken for a circle.
  private static let deepest = 8

  /// The names of the tables.
  package func tables() throws -> [String] {
    try AtomicFile.names(in: path).filter { name in
      Folder.isThere("\(path)/\(name)") && FileKind(following: file(Self.base, of: name)) != nil
    }
  }

  /// The names of a table's recipes.
  package func names(of table: String) throws -> [String] {
    try AtomicFile.names(in: "\(path)/\(table)")
      .filter { $0.hasSuffix(Self.suffix) }.map { String($0.dropLast(Self.suffix.count)) }
      .filter { $0 != Self.base }
  }

  /// Every recipe of every table.
  package func recipes() throws -> [PublishedRecipe] {
    try tables().flatMap { table in try names(of: table).map { try recipe($0, of: table) } }
  }

  /// One recipe, with what it inherits.
  package func recipe(_ name: String, of table: String) throws -> PublishedRecipe {
    let path = file(name, of: table)
    var settings = try settings(of: path, depth: 0)
    let text = settings.removeValue(forKey: Self.error)
    let error = text.flatMap(Double.init)
    guard text == nil || error.map((0...100).contains) == true else {
      throw RecipeError.badFile(
        path, found: "\(Self.error): \(text ?? "")", expected: "an error in percent, 0 to 100")
    }
    return PublishedRecipe(table: table, name: name, publishedError: error, settings: settings)
  }

  private func file(_ name: String, of table: String) -> String {
    "\(path)/\(table)/\(name)\(Self.suffix)"
  }

  private func settings(of path: String, depth: Int) throws -> [String: String] {
    guard depth < Self.deepest else {
      throw RecipeError.badFile(path, found: "a circle of '\(Self.inherits)'", expected: "an end of it")
    }
    var own = try Self.lines(of: path)
    guard let parent = own.removeValue(forKey: Self.inherits) else { return own }
    let inherited = try settings(of: AtomicFile.folder(of: path) + "/" + parent, depth: depth + 1)
    return inherited.merging(own) { _, own in own }
  }

  /// The `key: value` lines of a file.
  private static func lines(of path: String) throws -> [String: String] {
    let text = String(decoding: try readBytes(path, limit: 1 << 16), as: UTF8.self)
    let node: Node?
    do {
      node = try Yams.compose(yaml: text)
    } catch {
      throw RecipeError.badFile(path, found: "a text that is no YAML", expected: "'key: value' lines")
    }
    guard case .mapping(let mapping) = node else {
      throw RecipeError.badFile(
        path, found: "no 'key: value' lines", expected: "settings such as 'epochs: 30'")
    }
    var lines: [String: String] = [:]
    for (key, value) in mapping {
      guard let name = key.string, case .scalar(let scalar) = value else {
        throw RecipeError.badFile(
          path, found: "\(key.string ?? "a key"): a list or a mapping", expected: "one value")
      }
      lines[name] = scalar.string
    }
    return lines
  }
}
