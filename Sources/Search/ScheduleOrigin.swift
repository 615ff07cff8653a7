import Text

/// What a search was made on: the name of the schedule that it finds, and what the schedule's file says of its origin
/// beside the rules of the search.
public struct ScheduleOrigin: Hashable, Sendable {
  /// The schedule's name.
  public var name: String
  /// Facts by name, such as the dataset and the model; none of the machine.
  public var facts: [String: JSONValue]

  /// Makes the value from its parts.
  public init(name: String, facts: [String: JSONValue]) {
    self.name = name
    self.facts = facts
  }
}
