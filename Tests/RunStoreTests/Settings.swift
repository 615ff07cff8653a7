import RunStore

/// Settings of a run, for the tests.
struct Settings: RunConfiguration, Equatable {
  var dataset = "bundled"
  var trainSize: Int?
  var seed: UInt64 = 18_446_744_073_709_551_615
  var learningRate = 0.1
  var momentum = 0.30000000000000004
  var flip = true
  var label = "1e5"
  var concurrency = 1

  static let kind = RunKind.search
  static let settingsWithoutEffect: Set<String> = ["concurrency"]
}

/// Settings of a run of the other kind.
struct TrainSettings: RunConfiguration, Equatable {
  var epochs = 3

  static let kind = RunKind.train
  static let settingsWithoutEffect: Set<String> = []
}
