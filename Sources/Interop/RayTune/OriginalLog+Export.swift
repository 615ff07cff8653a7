import Foundation
import Policies
import Text

extension OriginalLog {
  /// The text of a log that PBA's published parser reads as a schedule: JSON lines, as its search writes them.
  ///
  /// The log holds lengths and policies, no name and no provenance. Read with the schedule's number of epochs, it gives
  /// the schedule's segments again. A schedule of one segment becomes a copy in epoch 0 that changes nothing.
  ///
  /// - Throws: `PolicyError` for what such a log cannot say: other operations than those of the search space, or
  ///   another distribution of the number of operations than 0.2, 0.3, 0.5.
  public static func data(of schedule: Schedule) throws(PolicyError) -> Data {
    if let space = schedule.space {
      throw PolicyError(
        place: "space", found: "the search space \(JSONValue.string(space.name).summary)",
        expected: "PBA's own, the only one that a log of Ray can hold; export as json")
    }
    guard schedule.operationCount == Policy.operationCount else {
      throw PolicyError(
        place: "operationCount",
        found: JSONValue.array(schedule.operationCount.map(JSONValue.number)).text,
        expected: "[0.2, 0.3, 0.5], the only one that a log of Ray can hold; export as json")
    }
    for (index, segment) in schedule.segments.enumerated() {
      guard segment.policy.entries.map(\.operation) == OriginalLayout.pairs else {
        throw PolicyError(
          place: "segments[\(index)].policy",
          found: "\(counted(segment.policy.entries.count, "entry", "entries"))",
          expected:
            "the 15 operations of the search in their order, twice, which is all that a log of Ray can "
            + "hold; export as json")
      }
    }
    var text = ""
    var start = schedule.segments.count == 1 ? 0 : schedule.segments[0].epochs
    var previous = schedule.segments[0]
    let rest = schedule.segments.count == 1 ? schedule.segments[...] : schedule.segments.dropFirst()
    for (index, segment) in rest.enumerated() {
      let line: [JSONValue] = [
        .string("\(index + 1)"), .string("\(index)"), .integer(start), .integer(start),
        configuration(previous.policy), configuration(segment.policy),
      ]
      text += JSONValue.array(line).text + "\n"
      start += segment.epochs
      previous = segment
    }
    return Data(text.utf8)
  }

  private static func configuration(_ policy: Policy) -> JSONValue {
    .object(["hp_policy": .array(policy.searchVector.map(JSONValue.integer))])
  }
}
