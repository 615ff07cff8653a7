import Foundation

/// A published experiment: the settings of a training, or of a search, and the result in print.
public struct PublishedRecipe: Hashable, Sendable {
  /// The table it is a row of, such as `table_1_cifar10`, or `search`.
  public let table: String
  /// Its name there: a model, or for a search the data's short name.
  public let name: String
  /// The published test error in percent; nil where none is published.
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
  /// As in the original's README, the name may have the data in front of the model, `rsvhn_ss_96`; the table is then that
  /// of the data, whichever of its number is named, or none.
  ///
  /// - Parameters:
  ///   - name: the model; for a search the data's short name. Nil where `table` names both.
  ///   - table: such as `table_4_rsvhn`, or `search`.
  /// - Returns: the recipe with its settings.
  /// - Throws: ``RecipeError`` with the names that there are, and the commands that were probably meant.
  public static func named(_ name: String?, of table: String) throws -> PublishedRecipe {
    let folder = try RecipeFolder.bundled()
    let tables = try folder.tables()
    let search = RecipeSearch(
      entries: try tables.flatMap { table in
        try folder.names(of: table).map { RecipeSearch.Entry(table: table, name: $0) }
      })
    if let entry = search.entry(table: table, name: name) {
      return try folder.recipe(entry.name, of: entry.table)
    }
    let meant = search.meant(table: table, name: name).map(\.command)
    guard tables.contains(table) else {
      throw RecipeError.unknown("table", found: table, known: tables, commands: meant)
    }
    let own = search.entries.filter { $0.table == table }
    guard let name else { throw RecipeError.nameMissing(table: table, commands: own.map(\.command)) }
    throw RecipeError.unknown("recipe of \(table)", found: name, known: own.map(\.name), commands: meant)
  }
}
