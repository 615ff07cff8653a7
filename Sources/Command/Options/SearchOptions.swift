import ArgumentParser
import Search

extension Concurrency: ExpressibleByArgument {
  /// What a word on the command line says; nil where it is neither `auto` nor a number.
  public init?(argument: String) { self.init(argument) }
}

/// Options of a population's search.
package struct SearchOptions: ParsableArguments {
  @Option(\.population) var population: Int?
  @Option(\.interval) var interval: Int?
  @Option(\.quantile) var quantile: Double?
  @Option(\.burnIn) var burnIn: Int?
  @Flag(\.asynchronous) var asynchronous: Bool?
  @Option(\.concurrency) var concurrency: Concurrency?

  package init() {}
}
