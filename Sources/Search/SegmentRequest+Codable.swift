import Policies
import Text

extension SegmentKey: Codable {
  /// Reads the text of a key.
  public init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let key = SegmentKey(text) else {
      throw MessageFault(
        place: decoder.codingPath.place,
        reason: "found \(shortText(text)), expected generation/trial/attempt, such as 3/12/1")
    }
    self = key
  }

  /// Writes the key as its text.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

/// A policy as messages have it: a list of entries, or with a space an object of both.
///
/// A worker that knows no spaces refuses the object, rather than take the numbers for others.
private struct PolicyOfSpace {
  let policy: Policy
  let space: SearchSpace?

  private static let keys = ["space", "entries"]

  init(policy: Policy, space: SearchSpace?) {
    self.policy = policy
    self.space = space
  }

  init(_ field: JSONField) throws(PolicyError) {
    guard case .object = field.value else {
      self.init(policy: try Policy(field, in: nil), space: nil)
      return
    }
    let members = try field.members("a list of policy entries")
    try members.refuseKeys(except: Self.keys)
    let space = try SearchSpace(members.require("space", "an object with a search space"))
    self.init(
      policy: try Policy(members.require("entries", "a list of policy entries"), in: space), space: space)
  }

  var json: JSONValue {
    space.map { .object(["space": $0.json, "entries": policy.json]) } ?? policy.json
  }
}

extension SegmentRequest: Codable {
  private enum CodingKeys: String, CodingKey {
    case key, seed, epochs, isLast, policy, tuned, slot
    case parentCheckpoint = "start"
    case checkpoint = "output"
  }

  /// Decodes a request and checks each of its values.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    let largest = SearchRules.largest
    let bounds: [Int] = try values.decode(.epochs, expecting: "[first, end], 0 <= first < end <= \(largest)")
    {
      $0.count == 2 && 0 <= $0[0] && $0[0] < $0[1] && $0[1] <= largest
    }
    let parent = try values.decodeIfPresent(String.self, forKey: .parentCheckpoint)
    guard (parent == nil) == (bounds[0] == 0), parent != "" else {
      throw values.fault(
        .parentCheckpoint, found: parent.map(shortText) ?? "nothing",
        expected: bounds[0] == 0 ? "nothing at epoch 0" : "the file to continue from at epoch \(bounds[0])")
    }
    let policy: PolicyOfSpace
    do {
      policy = try PolicyOfSpace(JSONField(values.decode(JSONValue.self, forKey: .policy)))
    } catch let error as PolicyError {
      let place = (values.codingPath + [CodingKeys.policy]).place
      throw MessageFault(
        place: place + (error.place.isEmpty || error.place.hasPrefix("[") ? "" : ".") + error.place,
        reason: "found \(error.found), expected \(error.expected)")
    }
    self.init(
      key: try values.decode(SegmentKey.self, forKey: .key),
      seed: try values.decode(UInt64.self, forKey: .seed), epochs: bounds[0]..<bounds[1],
      isLast: try values.decode(Bool.self, forKey: .isLast), policy: policy.policy, space: policy.space,
      parentCheckpoint: parent,
      checkpoint: try values.decode(.checkpoint, expecting: "the name of a file") { !$0.isEmpty },
      tuned: try values.decodeIfPresent([String: Double].self, forKey: .tuned) ?? [:],
      slot: try values.decode(.slot, expecting: "a number from 0 to \(largest)") {
        (0...largest).contains($0)
      })
  }

  /// Encodes every value; a request at epoch 0 has no parent, and one without tuned values no member for them.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(key, forKey: .key)
    try values.encode(seed, forKey: .seed)
    try values.encode([epochs.lowerBound, epochs.upperBound], forKey: .epochs)
    try values.encode(isLast, forKey: .isLast)
    try values.encode(PolicyOfSpace(policy: policy, space: space).json, forKey: .policy)
    try values.encodeIfPresent(parentCheckpoint, forKey: .parentCheckpoint)
    try values.encode(checkpoint, forKey: .checkpoint)
    if !tuned.isEmpty { try values.encode(tuned, forKey: .tuned) }
    try values.encode(slot, forKey: .slot)
  }
}
