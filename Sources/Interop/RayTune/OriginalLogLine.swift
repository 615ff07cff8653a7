import Policies
import Text

/// One line of a log of the published PBA code.
struct OriginalLogLine {
  /// Its number in the file, from 1.
  let number: Int
  /// The trial that was replaced, and the one that it copied, by their tags.
  let target: String
  let source: String
  /// The last epoch that the source had reported.
  let sourceEpoch: Int
  /// The source's policy, and the one explored from it.
  let previous: Policy
  let explored: Policy

  private static let meaning =
    "a list of 6: target, source, target's epoch, source's epoch, old policy, new policy"

  init(_ value: JSONValue, number: Int) throws(PolicyError) {
    let root = JSONField(value, at: "line \(number)")
    let elements = try root.elements(Self.meaning)
    guard elements.count == 6 else { throw root.failure(expected: Self.meaning) }
    func named(_ index: Int, _ name: String) -> JSONField {
      JSONField(elements[index].value, at: "line \(number): \(name)")
    }
    self.number = number
    target = try Self.tag(named(0, "target"))
    source = try Self.tag(named(1, "source"))
    // The target's epoch is never used, but a line without one is not of such a log.
    _ = try named(2, "target's epoch").integer(in: 0...Schedule.longest)
    sourceEpoch = try named(3, "source's epoch").integer(in: 0...Schedule.longest)
    previous = try Self.policy(named(4, "old policy"))
    explored = try Self.policy(named(5, "new policy"))
  }

  private static func tag(_ field: JSONField) throws(PolicyError) -> String {
    switch field.value {
    case .string(let tag): return tag
    case .integer(let tag): return String(tag)
    default: throw field.failure(expected: "a trial's tag, a string or an integer")
    }
  }

  /// The policy of a list of 60 integers, or of a configuration that holds one under `hp_policy`.
  static func policy(_ field: JSONField) throws(PolicyError) -> Policy {
    var field = field
    if case .object(let configuration) = field.value {
      field = try JSONMembers(values: configuration, place: field.place)
        .require("hp_policy", "a list of 60 integers")
    }
    var numbers: [Int] = []
    for element in try field.elements("a list of 60 integers, or an object that holds one as hp_policy") {
      // One range for both kinds of number: the policy itself tells them apart.
      numbers.append(try element.integer(in: 0...10))
    }
    do {
      return try Policy(searchVector: numbers)
    } catch {
      throw PolicyError(place: field.place + error.place, found: error.found, expected: error.expected)
    }
  }
}
