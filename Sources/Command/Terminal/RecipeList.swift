import Recipes
import Text

/// Every published experiment in print.
struct RecipeList {
  private struct Line: Encodable {
    let table: String
    let model: String
    let publishedError: Double?
    let settings: [String: JSONValue]
  }

  /// Prints them, of one table alone where it is named.
  func show(table: String?, json: Bool) throws {
    let all = try PublishedRecipe.all()
    let recipes = table.map { name in all.filter { $0.table == name } } ?? all
    guard !recipes.isEmpty else {
      let tables = all.map(\.table).reduce(into: [String]()) { if $0.last != $1 { $0.append($1) } }
      throw SettingsError(
        "found no table \(table ?? ""), expected one of \(tables.joined(separator: ", "))")
    }
    if json {
      return try printJSON(
        recipes.map { recipe in
          Line(
            table: recipe.table, model: recipe.name, publishedError: recipe.publishedError,
            settings: try Settings(recipe).values())
        })
    }
    printResult(row(["table", "model", "test error", "data", "training images", "epochs", "policy"]))
    for recipe in recipes {
      let settings = try Settings(recipe)
      printResult(
        row([
          recipe.table, recipe.name, recipe.publishedError.map { decimal($0, 2) + " %" } ?? "-",
          settings.dataset ?? "-", settings.trainSize.map { "\($0)" } ?? "-",
          settings.epochs.map { "\($0)" } ?? "-", settings.policy ?? "learnt",
        ]))
    }
  }

  private func row(_ cells: [String]) -> String {
    let widths = [18, 13, 12, 19, 17, 8, 0]
    return zip(cells, widths).map { padded($0, $1) }.joined()
  }
}
