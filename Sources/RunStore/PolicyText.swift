import Augmentation
import Policies

/// A policy as the journal keeps it: `Rotate 0 3, TranslateX 10 9`, each entry's operation, probability, magnitude.
///
/// A search has thousands of policies; this is many times smaller and faster than their JSON, and as safe, for
/// operations stand by name.
enum PolicyText {
  static func text(of policy: Policy) -> String {
    policy.entries.map { "\($0.operation.name) \($0.probability) \($0.magnitude)" }.joined(separator: ", ")
  }

  /// Throws a description of what is wrong.
  static func policy(_ text: String) throws -> Policy {
    Policy(
      entries: try text.split(separator: ",").map { entry in
        let words = entry.split(separator: " ")
        guard words.count == 3, let probability = Int(words[1]), let magnitude = Int(words[2]) else {
          throw PolicyError(found: "the policy entry\(entry)", expected: "an operation and two integers")
        }
        return try PolicyEntry(
          operation: Operation(named: String(words[0])), probability: probability, magnitude: magnitude)
      })
  }
}
