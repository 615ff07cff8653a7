import Text

// All coding goes by way of `JSONValue`, so that every source of a policy passes the same checks.

extension PolicyEntry: Codable {
  /// Decodes an entry of a policy in the form that schedule files have; throws `PolicyError`.
  public init(from decoder: any Decoder) throws {
    try self.init(JSONField(JSONValue(from: decoder)))
  }

  /// Encodes the form that schedule files have.
  public func encode(to encoder: any Encoder) throws { try json.encode(to: encoder) }
}

extension Policy: Codable {
  /// Decodes a list of entries.
  public init(from decoder: any Decoder) throws {
    try self.init(JSONField(JSONValue(from: decoder)))
  }

  /// Encodes as a list of entries.
  public func encode(to encoder: any Encoder) throws { try json.encode(to: encoder) }
}

extension Schedule: Codable {
  /// Decodes the schedule format; throws `PolicyError` for what it does not allow.
  public init(from decoder: any Decoder) throws {
    try self.init(JSONValue(from: decoder))
  }

  /// Encodes the schedule format.
  public func encode(to encoder: any Encoder) throws { try json.encode(to: encoder) }
}
