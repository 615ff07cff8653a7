import Foundation
import Recipes
import Text
import Yams

extension Settings {
  /// The settings of a published experiment.
  package init(_ recipe: PublishedRecipe) throws {
    let lines = recipe.settings.sorted { $0.key < $1.key }.map { (Node($0.key), Node($0.value)) }
    try self.init(
      Node.Mapping(lines), from: "the recipe \(recipe.table) \(recipe.name)", for: nil)
  }

  /// What is set, by name.
  package func values() throws -> [String: JSONValue] {
    let encoder = JSONEncoder()
    // They are refused later, by name.
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return try JSONDecoder().decode([String: JSONValue].self, from: encoder.encode(self))
  }

  /// The settings that make this another experiment than the published one, in words.
  ///
  /// Both are whole, with the defaults filled in.
  func differences(from published: Settings) throws -> [String] {
    let (own, other) = (try values(), try published.values())
    let names = SettingCatalogue.all.filter(\.isPartOfExperiment).map(\.key.stringValue)
    return names.sorted().compactMap { name in
      own[name] == other[name]
        ? nil : "\(name): \(own[name]?.text ?? "none") instead of \(other[name]?.text ?? "none")"
    }
  }
}
