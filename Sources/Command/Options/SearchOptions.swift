import ArgumentParser
import Search

extension Concurrency: ExpressibleByArgument {
  /// What a word on the command line says; nil where it is neither `auto` nor a number.
  public init?(argument: String) { self.init(argument) }
}

/// Options of a population's search.
struct SearchOptions: ParsableArguments {
  @Option(parsing: .unconditional, help: "How many networks. (default: 16)")
  var population: Int?

  @Option(parsing: .unconditional, help: "Epochs between comparisons. (default: 3)")
  var interval: Int?

  @Option(
    parsing: .unconditional, help: "The share that copies, and is copied, at a comparison. (default: 0.25)")
  var quantile: Double?

  @Option(
    parsing: .unconditional, help: "Epochs at the beginning in which nothing is compared. (default: 0)")
  var burnIn: Int?

  @Flag(
    inversion: .prefixedNo,
    help: "Compare each network as soon as it has a result, not all at the same epoch. (default: no)")
  var asynchronous: Bool?

  @Option(
    parsing: .unconditional,
    help:
      "How many train at once, or auto: what cores and memory allow. No effect on a synchronous result. (default: auto)"
  )
  var concurrency: Concurrency?

  /// What the flags say.
  var settings: Settings {
    get throws {
      try Settings(
        population: population, interval: interval, quantile: quantile, burnIn: burnIn,
        asynchronous: asynchronous, concurrency: concurrency
      ).typed()
    }
  }
}
