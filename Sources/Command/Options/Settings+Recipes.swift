import Text
import Foundation
import Recipes
import Yams

extension Settings {
  /// The settings that a search, a training and a comparison have no use for.
  static let idleInSearch: [CodingKeys] = [.policy, .policyOrder, .policies, .seeds] + trainingKeys
  static let idleInTraining: [CodingKeys] = populationKeys + [.concurrency, .policies, .seeds]
  static let idleInComparison: [CodingKeys] = populationKeys + [.policy, .policyOrder] + trainingKeys

  private static let populationKeys: [CodingKeys] = [
    .population, .interval, .quantile, .burnIn, .asynchronous,
  ]

  /// What belongs to one training alone: a population and the trainings of a comparison begin alike and end together.
  private static let trainingKeys: [CodingKeys] = [.from, .validateEvery, .patience]

  /// The settings of a published experiment.
  init(_ recipe: PublishedRecipe) throws {
    let lines = recipe.settings.sorted { $0.key < $1.key }.map { (Node($0.key), Node($0.value)) }
    try self.init(
      Node.Mapping(lines), from: "the recipe \(recipe.table) \(recipe.name)", withoutUseFor: [])
  }

  /// What is set, by name.
  func values() throws -> [String: JSONValue] {
    let encoder = JSONEncoder()
    // They are refused later, by name.
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return try JSONDecoder().decode([String: JSONValue].self, from: encoder.encode(self))
  }

  /// What says where and with which of many equal chances a run is computed, rather than what.
  private static let keysWithoutEffect: Set<String> = [
    "device", "dataDirectory", "concurrency", "threads", "seed", "validateEvery",
  ]

  /// The settings that do not make another experiment of it.
  var withoutEffect: Settings {
    Settings(
      seed: seed, threads: threads, device: device, dataDirectory: dataDirectory, concurrency: concurrency)
  }

  /// The settings that make this another experiment than the published one, in words.
  ///
  /// Both are whole, with the defaults filled in.
  func differences(from published: Settings) throws -> [String] {
    let (own, other) = (try values(), try published.values())
    return Set(own.keys).union(other.keys).subtracting(Self.keysWithoutEffect).sorted().compactMap { name in
      own[name] == other[name]
        ? nil : "\(name): \(own[name]?.text ?? "none") instead of \(other[name]?.text ?? "none")"
    }
  }
}
