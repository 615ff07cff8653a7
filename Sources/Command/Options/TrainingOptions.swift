import ArgumentParser

/// Options of one training, beside what it applies to its images.
struct TrainingOptions: ParsableArguments {
  @Option(
    help:
      "Begin with the weights of this checkpoint of pba, or of the folder of a training, as for pba evaluate; the last layer is fresh where the classes differ. (default: fresh weights)"
  )
  var from: String?

  @Option(
    parsing: .unconditional,
    help:
      "Measure on the validation images after every N epochs too, and keep the best checkpoint. (default: after the last epoch alone)"
  )
  var validateEvery: Int?

  @Option(
    parsing: .unconditional,
    help: "End after N validations in a row that are no better than the best one. (default: never)")
  var patience: Int?

  /// What the flags say.
  var settings: Settings {
    get throws { try Settings(from: from, validateEvery: validateEvery, patience: patience).typed() }
  }
}
