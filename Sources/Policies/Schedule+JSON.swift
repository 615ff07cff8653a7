import Text

/// The schedule format: version 1, whose operations are on their own scales, and version 2, which holds a search space.
enum ScheduleFormat {
  static let name = "pba-schedule"
  static let version = 1
  static let versionWithSpace = 2
  static let probabilityScale = 10
  // A constant of version 1: every file holds it.
  static let magnitudeScale = 10
  static let keys = [
    "format", "version", "name", "epochs", "operationCount", "probabilityScale", "magnitudeScale",
    "segments", "provenance",
  ]
  static let keysWithSpace = [
    "format", "version", "name", "epochs", "probabilityScale", "space", "segments", "provenance",
  ]
}

extension Schedule {
  /// Reads a schedule from a JSON value; every error names its place.
  public init(_ value: JSONValue) throws(PolicyError) {
    let root = try JSONField(value).members("a JSON object with \"format\": \"\(ScheduleFormat.name)\"")
    let version = try Self.version(root)
    let hasSpace = version == ScheduleFormat.versionWithSpace
    try root.refuseKeys(except: hasSpace ? ScheduleFormat.keysWithSpace : ScheduleFormat.keys)

    let name = try root.require("name", "a name").string("a name")
    let epochs = try root.require("epochs", "the number of epochs").integer(in: 1...Self.longest)
    var operationCount: [Double] = []
    if !hasSpace {
      operationCount = try Self.probabilities(
        root.require("operationCount", "the probabilities of applying 0, 1, 2… operations"))
    }
    let scales = [
      ("probabilityScale", ScheduleFormat.probabilityScale),
      ("magnitudeScale", ScheduleFormat.magnitudeScale),
    ]
    for (key, scale) in scales.prefix(hasSpace ? 1 : 2) {
      let field = try root.require(key, "\(scale)")
      guard field.value == .integer(scale) else {
        throw field.failure(expected: "\(scale), the scale of version \(version)")
      }
    }
    let space = hasSpace ? try SearchSpace(root.require("space", "an object with a search space")) : nil
    if let space, space.isPBA {
      throw PolicyError(
        place: "space", found: "the space of PBA",
        expected: "another one: a schedule of PBA's space has version \(ScheduleFormat.version), and no space"
      )
    }
    var segments: [Segment] = []
    for field in try root.require("segments", "a list of segments").elements("a list of segments") {
      segments.append(try Segment(field, in: space))
    }
    let provenance = root.values["provenance"] ?? .object([:])
    let origin = try JSONField(provenance, at: "provenance").members("an object").values
    if let space {
      try self.init(name: name, space: space, segments: segments, provenance: origin)
    } else {
      try self.init(name: name, operationCount: operationCount, segments: segments, provenance: origin)
    }
    guard self.epochs == epochs else {
      throw PolicyError(
        place: "segments", found: "\(counted(self.epochs, "epoch")) in all",
        expected: "\(epochs), as \"epochs\" says")
    }
  }

  /// The version of the format that the file has.
  private static func version(_ root: JSONMembers) throws(PolicyError) -> Int {
    let format = try root.require("format", "\"\(ScheduleFormat.name)\": this is no schedule of pba")
    guard format.value == .string(ScheduleFormat.name) else {
      let isSpace = format.value == .string(SpaceFormat.name)
      throw format.failure(
        expected: "\"\(ScheduleFormat.name)\": this is \(isSpace ? "a search space" : "no schedule of pba")")
    }
    let known = [ScheduleFormat.version, ScheduleFormat.versionWithSpace]
    let words = "\(known[0]) or \(known[1])"
    let field = try root.require("version", words)
    guard case .integer(let version) = field.value else {
      throw field.failure(expected: "\(words), a whole number without quotes or a point")
    }
    guard known.contains(version) else {
      throw field.failure(
        expected: "\(words): a newer pba wrote this file, or it is damaged; "
          + "update pba, or export the schedule again")
    }
    return version
  }

  /// The schedule as a JSON value.
  public var json: JSONValue {
    var members: [String: JSONValue] = [
      "format": .string(ScheduleFormat.name),
      "version": .integer(space == nil ? ScheduleFormat.version : ScheduleFormat.versionWithSpace),
      "name": .string(name),
      "epochs": .integer(epochs),
      "probabilityScale": .integer(ScheduleFormat.probabilityScale),
      "segments": .array(segments.map(\.json)),
      "provenance": .object(provenance),
    ]
    if let space {
      members["space"] = space.json
    } else {
      members["operationCount"] = .array(operationCount.map(JSONValue.number))
      members["magnitudeScale"] = .integer(ScheduleFormat.magnitudeScale)
    }
    return .object(members)
  }
}

extension Schedule.Segment {
  private static let keys = ["epochs", "policy"]

  fileprivate init(_ field: JSONField, in space: SearchSpace?) throws(PolicyError) {
    let members = try field.members("an object with epochs and policy")
    try members.refuseKeys(except: Self.keys)
    self.init(
      epochs: try members.require("epochs", "a number of epochs").integer(in: 1...Schedule.longest),
      policy: try Policy(members.require("policy", "a list of policy entries"), in: space))
  }

  fileprivate var json: JSONValue { .object(["epochs": .integer(epochs), "policy": policy.json]) }
}
