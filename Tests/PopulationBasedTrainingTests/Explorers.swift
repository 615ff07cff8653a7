import PopulationBasedTraining

/// Adds a number below 3.
struct Increment: Explorer {
  func explore(_ request: Exploration<Int>, using generator: inout some RandomNumberGenerator) -> Int {
    request.copied + generator.boundedInteger(below: 3)
  }
}

/// Adds a number to a name.
struct Renaming: Explorer {
  func explore(_ request: Exploration<String>, using generator: inout some RandomNumberGenerator) -> String {
    "\(request.copied)+\(generator.boundedInteger(below: 1000))"
  }
}

/// Takes the hyperparameters of the best result so far, and says so to nobody.
struct BestSoFar: Explorer {
  func explore(
    _ request: Exploration<String>, using generator: inout some RandomNumberGenerator
  ) throws -> String {
    let best = try request.history().max { ($0.value ?? -1) < ($1.value ?? -1) }
    return best?.segment.hyperparameters ?? request.copied
  }
}
