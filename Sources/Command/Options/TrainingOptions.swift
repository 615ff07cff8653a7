import ArgumentParser

/// Options of one training, beside what it applies to its images.
package struct TrainingOptions: ParsableArguments {
  @Option(\.from) var from: String?
  @Option(\.validateEvery) var validateEvery: Int?
  @Option(\.patience) var patience: Int?

  package init() {}
}
