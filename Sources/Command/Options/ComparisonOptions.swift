import ArgumentParser

/// Options of a comparison.
package struct ComparisonOptions: ParsableArguments {
  @Option(\.policies) var policies: String?
  @Option(\.seeds) var seeds: Int?

  @Option(
    \.concurrency,
    help:
      "How many train at once; the result does not depend on it. (default: as many as there are cores)")
  var concurrency: Int?

  package init() {}
}
