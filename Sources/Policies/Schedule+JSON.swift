import Text

/// Version 1 of the schedule format.
enum ScheduleFormat {
  static let name = "pba-schedule"
  static let version = 1
  // Constants of version 1: every file holds these two.
  static let probabilityScale = 10
  static let magnitudeScale = 10
  static let keys = [
    "format", "version", "name", "epochs", "operationCount", "probabilityScale", "magnitudeScale",
    "segments", "provenance",
  ]
}

extension Schedule {
  /// Reads a schedule from a JSON value; every error names its place.
  public init(_ value: JSONValue) throws(PolicyError) {
    let root = try JSONField(value).members("a JSON object with \"format\": \"\(ScheduleFormat.name)\"")
    try Self.checkFormat(root)
    try root.refuseKeys(except: ScheduleFormat.keys)

    let name = try root.require("name", "a name").string("a name")
    let epochs = try root.require("epochs", "the number of epochs").integer(in: 1...Self.longest)
    let operationCount = try Self.probabilities(
      root.require("operationCount", "the probabilities of applying 0, 1, 2… operations"))
    for (key, scale) in [
      ("probabilityScale", ScheduleFormat.probabilityScale),
      ("magnitudeScale", ScheduleFormat.magnitudeScale),
    ] {
      let field = try root.require(key, "\(scale)")
      guard field.value == .integer(scale) else {
        throw field.failure(expected: "\(scale), the scale of version \(ScheduleFormat.version)")
      }
    }
    var segments: [Segment] = []
    for field in try root.require("segments", "a list of segments").elements("a list of segments") {
      segments.append(try Segment(field))
    }
    let provenance = root.values["provenance"] ?? .object([:])
    let origin = try JSONField(provenance, at: "provenance").members("an object").values
    try self.init(name: name, operationCount: operationCount, segments: segments, provenance: origin)
    guard self.epochs == epochs else {
      throw PolicyError(
        place: "segments", found: "\(counted(self.epochs, "epoch")) in all",
        expected: "\(epochs), as \"epochs\" says")
    }
  }

  private static func checkFormat(_ root: JSONMembers) throws(PolicyError) {
    let format = try root.require("format", "\"\(ScheduleFormat.name)\": this is no schedule of pba")
    guard format.value == .string(ScheduleFormat.name) else {
      throw format.failure(expected: "\"\(ScheduleFormat.name)\": this is no schedule of pba")
    }
    let version = try root.require("version", "\(ScheduleFormat.version)")
    guard version.value == .integer(ScheduleFormat.version) else {
      throw version.failure(
        expected: "\(ScheduleFormat.version): a newer pba wrote this file, or it is damaged; "
          + "update pba, or export the schedule again")
    }
  }

  /// The schedule as a JSON value.
  public var json: JSONValue {
    .object([
      "format": .string(ScheduleFormat.name),
      "version": .integer(ScheduleFormat.version),
      "name": .string(name),
      "epochs": .integer(epochs),
      "operationCount": .array(operationCount.map(JSONValue.number)),
      "probabilityScale": .integer(ScheduleFormat.probabilityScale),
      "magnitudeScale": .integer(ScheduleFormat.magnitudeScale),
      "segments": .array(segments.map(\.json)),
      "provenance": .object(provenance),
    ])
  }
}

extension Schedule.Segment {
  private static let keys = ["epochs", "policy"]

  fileprivate init(_ field: JSONField) throws(PolicyError) {
    let members = try field.members("an object with epochs and policy")
    try members.refuseKeys(except: Self.keys)
    self.init(
      epochs: try members.require("epochs", "a number of epochs").integer(in: 1...Schedule.longest),
      policy: try Policy(members.require("policy", "a list of policy entries")))
  }

  fileprivate var json: JSONValue { .object(["epochs": .integer(epochs), "policy": policy.json]) }
}
