import Policies
import Recipes

/// Every published experiment in print.
struct RecipeList {
  private struct Line: Encodable {
    let table: String
    let model: String
    let publishedError: Double?
    let settings: [String: JSONValue]
  }

  func show(json: Bool) throws {
    let recipes = try PublishedRecipe.all()
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
