import Augmentation
import Foundation
import Policies
import TestSupport

/// The path of a file under `Fixtures`.
func fixture(_ name: String) -> String {
  Bundle.module.bundleURL.appendingPathComponent("Fixtures").appendingPathComponent(name).path
}

/// A stream of random numbers for a test.
func randomness(_ seed: UInt64) -> RandomStream { RandomStream(seed: seed, domain: .explore) }

/// A schedule of random policies with the given numbers of epochs.
func randomSchedule(lengths: [Int], seed: UInt64 = 1) throws -> Schedule {
  var generator = randomness(seed)
  return try Schedule(
    name: "random",
    segments: lengths.map { .init(epochs: $0, policy: SearchSpace.pba.random(using: &generator)) })
}

/// The message of the `PolicyError` that a body throws, or what happened instead.
func message(_ body: () throws -> some Any) -> String { message(of: PolicyError.self, body) }
