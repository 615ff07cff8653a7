import Text

// All coding goes by way of `JSONValue`, so that every source of a policy passes the same checks.

extension PolicyEntry: Codable {
  /// Decodes an entry on its operation's own scale, in the form that schedule files have; throws `PolicyError`.
  public init(from decoder: any Decoder) throws {
    try self.init(JSONField(JSONValue(from: decoder)), in: nil)
  }

  /// Encodes the form that schedule files have; throws `PolicyError` for an entry on a scale of a space, which that form
  /// does not hold.
  public func encode(to encoder: any Encoder) throws {
    try requireOwnScale()
    try json.encode(to: encoder)
  }

  fileprivate func requireOwnScale() throws(PolicyError) {
    guard scaled == ScaledOperation(operation) else {
      throw PolicyError(
        place: operation.name, found: "a scale of a search space",
        expected: "the operation's own; encode the schedule, which holds its space")
    }
  }
}

extension Policy: Codable {
  /// Decodes a list of entries on their operations' own scales.
  public init(from decoder: any Decoder) throws {
    try self.init(JSONField(JSONValue(from: decoder)), in: nil)
  }

  /// Encodes as a list of entries; throws `PolicyError` for one on a scale of a space.
  public func encode(to encoder: any Encoder) throws {
    for entry in entries { try entry.requireOwnScale() }
    try json.encode(to: encoder)
  }
}

extension Schedule: Codable {
  /// Decodes the schedule format; throws `PolicyError` for what it does not allow.
  public init(from decoder: any Decoder) throws {
    try self.init(JSONValue(from: decoder))
  }

  /// Encodes the schedule format.
  public func encode(to encoder: any Encoder) throws { try json.encode(to: encoder) }
}
