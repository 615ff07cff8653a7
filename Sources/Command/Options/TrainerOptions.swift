import ArgumentParser
import PopulationBasedTraining
import Workers

extension TrainerName: ExpressibleByArgument {
  /// The trainer that a word names; nil where it names no file.
  public init?(argument: String) { self.init(argument) }
}

extension Direction: ExpressibleByArgument {
  /// Reads `max` and `min`, and the words of a run's settings.
  public init?(argument: String) {
    guard let named = Self.allCases.first(where: { [$0.argument, $0.rawValue].contains(argument) }) else {
      return nil
    }
    self = named
  }

  /// The words of the option.
  public static var allValueStrings: [String] { allCases.map(\.argument) }
}

/// Options of a search with a user's trainer.
package struct TrainerOptions: ParsableArguments {
  @Option(\.trainer) var trainer: TrainerName?
  @Option(\.trainerConfig) var trainerConfig: TrainerSettingsSource?
  @Option(\.score) var score: String?
  @Option(\.direction) var direction: Direction?
  @Option(\.tune) var tune: [String] = []

  package init() {}
}
