import Foundation

/// A published experiment: the settings of a training, or of a search, and the result in print.
public struct PublishedRecipe: Hashable, Sendable {
  /// The table it is a row of, such as `table_1_cifar10`, or `search`.
  public let table: String
  /// Its name there: a model, or for a search the data's short name.
  public let name: String
  /// The share of test images that was told wrong in print, in percent; nil where none is published.
  public let publishedError: Double?
  /// The settings by their names in configuration files, each as YAML writes it; inherited ones are among them.
  public let settings: [String: String]

  /// Whether it learns a schedule, rather than training with one.
  public var isSearch: Bool { table == Self.searches }

  static let searches = "search"
}

extension PublishedRecipe {
  /// Every recipe, by table, in the order of their names.
  ///
  /// Throws ``RecipeError`` if the program's own files are not in order.
  public static func all() throws -> [PublishedRecipe] {
    try RecipeFolder.bundled().recipes()
  }

  /// The recipe of a table and a name.
  ///
  /// Throws ``RecipeError`` with the names that there are, and the near miss.
  public static func named(_ name: String, of table: String) throws -> PublishedRecipe {
    let folder = try RecipeFolder.bundled()
    let tables = try folder.tables()
    guard tables.contains(table) else {
      throw RecipeError.unknown("table", table, among: tables)
    }
    let names = try folder.names(of: table)
    guard names.contains(name) else {
      throw RecipeError.unknown("recipe of \(table)", name, among: names)
    }
    return try folder.recipe(name, of: table)
  }
}
