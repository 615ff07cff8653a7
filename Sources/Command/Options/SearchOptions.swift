import ArgumentParser
import Policies
import Search

extension Concurrency: ExpressibleByArgument {
  /// What a word on the command line says; nil where it is neither `auto` nor a number.
  public init?(argument: String) { self.init(argument) }
}

extension NamedExplorer: ExpressibleByArgument {
  /// The explorer of that name; nil where there is none.
  public init?(argument: String) { self.init(named: argument) }

  /// The names of all explorers.
  public static var allValueStrings: [String] { all.map(\.name) }
}

/// Options of a population's search.
package struct SearchOptions: ParsableArguments {
  @Option(\.population) var population: Int?
  @Option(\.interval) var interval: Int?
  @Option(\.quantile) var quantile: Double?
  @Option(\.burnIn) var burnIn: Int?
  @Option(\.explorer) var explorer: NamedExplorer?
  @Option(\.space) var space: SpaceSource?
  @Flag(\.asynchronous) var asynchronous: Bool?
  @Option(\.concurrency) var concurrency: Concurrency?

  package init() {}
}
