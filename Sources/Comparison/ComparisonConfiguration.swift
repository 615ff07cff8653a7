import Datasets
import Policies
import RunStore
import Text
import Torch
import Training

/// The settings of a comparison: trainings under one recipe that differ in policy and seed alone.
public struct ComparisonConfiguration: RunConfiguration, Hashable {
  /// The images.
  public var data: DataSelection
  /// The digest of the images, so that a resumed comparison notices others; nil where it was not taken.
  public var imageDigest: String?
  /// The policies, each as `PlayedPolicy` reads it; the others are compared with the first.
  public var policies: [String]
  /// The SHA-256 of the schedule behind each policy under the first seed, empty where there is none.
  public var scheduleDigests: [String]
  /// How many seeds each policy is trained with.
  public var seeds: Int
  /// How every network is trained; its seed is the first, the others follow it.
  public var recipe: Recipe
  /// Where it is computed.
  public var device: Device
  /// How many train at once.
  ///
  /// The result does not depend on it.
  public var concurrency: Int

  /// A comparison.
  public static let kind = RunKind.compare
  /// Where a schedule decides, its digest is compared; but the name of a policy is also what the summary calls it.
  public var settingsWithoutEffect: Set<String> { DataSelection.namesOfPlaces.union(["concurrency"]) }

  /// Settings with the defaults where nothing is said; nothing is checked yet.
  public init(
    data: DataSelection, imageDigest: String? = nil, policies: [String], scheduleDigests: [String] = [],
    seeds: Int = 3, recipe: Recipe = Recipe(), device: Device = .cpu, concurrency: Int = 1
  ) {
    self.data = data
    self.imageDigest = imageDigest
    self.policies = policies
    self.scheduleDigests = scheduleDigests
    self.seeds = seeds
    self.recipe = recipe
    self.device = device
    self.concurrency = concurrency
  }

  /// The largest number of seeds that is accepted.
  public static let mostSeeds = 10_000
  /// The largest number of trainings at once that is accepted.
  private static let mostAtOnce = 1_000_000

  /// Checks every setting but the policies' names.
  ///
  /// Throws `SettingError` for the first that is wrong, or what `Recipe.validate` throws.
  public func validate() throws {
    try recipe.validate()
    func require(_ holds: Bool, _ name: String, _ found: String, _ expected: String) throws {
      if !holds { throw SettingError(name, found: found, expected: ErrorText(expected)) }
    }
    try require(
      policies.count >= 2, "policies", policies.isEmpty ? "an empty list" : "\(policies[0]) alone",
      "two or more policies to compare, such as none,rcifar10")
    let played = try played
    let twice = played.indices.first { played[..<$0].contains(played[$0]) }
    try require(twice == nil, "policies", "\(twice.map { policies[$0] } ?? "") twice", "each policy once")
    try require(
      (1...Self.mostSeeds).contains(seeds), "seeds", "\(seeds)", "a number from 1 to \(Self.mostSeeds)")
    try require(
      recipe.seed <= .max - UInt64(seeds - 1), "seed", "\(recipe.seed)",
      "one that \(seeds - 1) others can follow")
    try require(
      (1...Self.mostAtOnce).contains(concurrency), "concurrency", "\(concurrency)",
      "a number from 1 to \(Self.mostAtOnce)")
    try requireStreams(for: min(concurrency, policies.count * seeds), on: DeviceList(device))
  }

  /// These settings as they were before policies or seeds were added to a comparison.
  ///
  /// Policies are added after those that are there, so that each training keeps its folder and its settings.
  ///
  /// - Parameter recorded: the settings of the comparison that is continued.
  /// - Returns: the settings with the recorded policies and seeds alone; nil where nothing was added.
  public func beforeAdditions(to recorded: ComparisonConfiguration) -> ComparisonConfiguration? {
    guard policies.starts(with: recorded.policies), seeds >= recorded.seeds,
      policies.count > recorded.policies.count || seeds > recorded.seeds
    else { return nil }
    var before = self
    before.policies = recorded.policies
    before.scheduleDigests = Array(scheduleDigests.prefix(recorded.policies.count))
    before.seeds = recorded.seeds
    return before
  }

  /// The policies and the orders that they are played in.
  ///
  /// Throws `PolicyError` for a word that is no order.
  public var played: [PlayedPolicy] { get throws { try policies.map { try PlayedPolicy(parsing: $0) } } }

  /// The seeds that each policy is trained with.
  public var seedNumbers: [UInt64] { (0..<UInt64(seeds)).map { recipe.seed + $0 } }
}

extension Workload {
  /// The work of a comparison that is begun from the start and in which no training fails.
  public init(_ configuration: ComparisonConfiguration, data: DatasetSplits) {
    let recipes = configuration.policies.flatMap { _ in
      configuration.seedNumbers.map { seed in
        var recipe = configuration.recipe
        recipe.seed = seed
        return recipe
      }
    }
    self.init(recipes: recipes, concurrency: configuration.concurrency, data: data)
  }
}
