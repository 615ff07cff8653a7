import Augmentation
import Policies
import PopulationBasedTraining
import Testing

struct Halving: Explorer {
  func explore(_ request: Exploration<Double>, using generator: inout some RandomNumberGenerator) -> Double {
    request.copied / 2
  }
}

/// Perturbs as PBA does, and never makes an operation less likely.
struct Bolder: Explorer {
  func explore(
    _ request: Exploration<Policy>, using generator: inout some RandomNumberGenerator
  ) throws -> Policy {
    let perturbed = PolicyPerturbation().explore(request, using: &generator)
    let pairs = zip(request.copied.entries, perturbed.entries)
    return Policy(
      entries: try pairs.map { copied, entry in
        try PolicyEntry(
          operation: entry.operation, probability: max(copied.probability, entry.probability),
          magnitude: entry.magnitude)
      })
  }
}

/// The explorers of the documentation.
@Suite struct ExplorerExampleTests {
  private func request<Value>(_ copied: Value) -> Exploration<Value> {
    Exploration(trial: 1, source: 0, generation: 0, copied: copied, history: { [] })
  }

  @Test func halving() {
    var random = RandomStream(seed: 1, domain: .explore)
    #expect(Halving().explore(request(0.5), using: &random) == 0.25)
  }

  @Test func bolder() throws {
    var random = RandomStream(seed: 1, domain: .explore)
    let copied = Policy(
      entries: try Operation.catalogue.map { try PolicyEntry(operation: $0, probability: 5, magnitude: 5) })
    let explored = try Bolder().explore(request(copied), using: &random)
    #expect(explored != copied)
    #expect(explored.entries.map(\.operation) == copied.entries.map(\.operation))
    #expect(explored.entries.allSatisfy { $0.probability >= 5 })
    #expect(explored.entries.contains { $0.probability > 5 })
  }
}
