import Foundation
import Policies
import Recipes
import Yams

extension Settings {
  /// The settings that a search, a training and a comparison have no use for.
  static let idleInSearch: [CodingKeys] = [.policy, .policyOrder, .policies, .seeds]
  static let idleInTraining: [CodingKeys] = populationKeys + [.concurrency, .policies, .seeds]
  static let idleInComparison: [CodingKeys] = populationKeys + [.policy, .policyOrder]

  private static let populationKeys: [CodingKeys] = [
    .population, .interval, .quantile, .burnIn, .asynchronous,
  ]

  /// The settings of a published experiment.
  init(_ recipe: PublishedRecipe) throws {
    let lines = recipe.settings.sorted { $0.key < $1.key }.map { (Node($0.key), Node($0.value)) }
    try self.init(
      Node.Mapping(lines), from: "the recipe \(recipe.table) \(recipe.name)", withoutUseFor: [])
  }

  /// What is set, by name.
  func values() throws -> [String: JSONValue] {
    try JSONDecoder().decode([String: JSONValue].self, from: JSONEncoder().encode(self))
  }

  /// The settings of a published experiment that have other values here, in words.
  func differences(from published: Settings) throws -> [String] {
    let own = try values()
    return try published.values().sorted { $0.key < $1.key }.compactMap { name, value in
      own[name] == value ? nil : "\(name): \(own[name]?.text ?? "none") instead of \(value.text)"
    }
  }
}
