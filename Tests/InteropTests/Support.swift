import Augmentation
import Foundation
import Policies
import TestSupport

/// The path of a file under `Fixtures`.
func fixture(_ name: String) -> String {
  Bundle.module.bundleURL.appendingPathComponent("Fixtures").appendingPathComponent(name).path
}

/// A schedule of random policies with the given numbers of epochs.
func randomSchedule(lengths: [Int]) throws -> Schedule {
  var generator = RandomStream(seed: 1, domain: .explore)
  return try Schedule(
    name: "random",
    segments: lengths.map { .init(epochs: $0, policy: SearchSpace.pba.random(using: &generator)) })
}

/// The message of the `PolicyError` that a body throws, or what happened instead.
func message(_ body: () throws -> some Any) -> String { message(of: PolicyError.self, body) }
