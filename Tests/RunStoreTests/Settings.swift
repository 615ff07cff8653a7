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
  var settingsWithoutEffect: Set<String> { ["concurrency"] }
}

/// Settings of a run of the other kind.
struct TrainSettings: RunConfiguration, Equatable {
  var epochs = 4

  static let kind = RunKind.train
  var settingsWithoutEffect: Set<String> { [] }
}

/// Settings of which some are a group of their own.
struct GroupedSettings: RunConfiguration, Equatable {
  struct Recipe: Codable, Equatable {
    var rate = 0.1
    var epochs = 3
  }

  var dataset = "bundled"
  var recipe = Recipe()
  var last = 1

  static let kind = RunKind.train
  var settingsWithoutEffect: Set<String> { [] }
}
