import Augmentation
import Text

/// The format of a file with a search space.
enum SpaceFormat {
  static let name = "pba-space"
  static let version = 1
  /// What a file has beside the space itself.
  static let head = ["format", "version"]
  static let keys = ["name", "operationCount", "scalePixels", "operations"]
  static let operationKeys = ["operation", "entries", "lowest", "highest", "steps", "signed"]
  static let usualEntries = 2
  static let countMeaning = "the chances of applying 0, 1, 2… operations"
}

extension SearchSpace {
  /// Reads a space from the value that its file holds; every error names its place.
  ///
  /// - Parameter value: an object with `format`, `version` and the parts of the space.
  /// - Throws: `PolicyError`.
  public init(_ value: JSONValue) throws(PolicyError) {
    let meaning = "\"\(SpaceFormat.name)\": this is not a search space of pba"
    let root = try JSONField(value).members("'key: value' lines with format: \(SpaceFormat.name)")
    let format = try root.require("format", meaning)
    guard format.value == .string(SpaceFormat.name) else {
      let isSchedule = format.value == .string(ScheduleFormat.name)
      throw format.failure(
        expected: isSchedule
          ? "\"\(SpaceFormat.name)\": this is a schedule, which `pba schedule` reads" : meaning)
    }
    let version = try root.require("version", "\(SpaceFormat.version)")
    guard version.value == .integer(SpaceFormat.version) else {
      let words =
        if case .integer = version.value {
          "a newer pba wrote this file, or it is damaged; update pba"
        } else {
          "a whole number without quotes or a point"
        }
      throw version.failure(expected: "\(SpaceFormat.version): \(words)")
    }
    try self.init(root, besides: SpaceFormat.head)
  }

  /// Reads a space that stands within another value, such as a schedule.
  package init(_ field: JSONField) throws(PolicyError) {
    do {
      try self.init(JSONMembers(values: field.members("an object with a search space").values, place: ""))
    } catch {
      throw error.within(field.place)
    }
  }

  private init(_ members: JSONMembers, besides others: [String] = []) throws(PolicyError) {
    try members.refuseKeys(except: others + SpaceFormat.keys)
    let name = try members.require("name", "a name").string("a name")
    var counts = Policy.operationCount
    if let field = members.member("operationCount") { counts = try Schedule.probabilities(field) }
    var scalesPixels = true
    if let field = members.member("scalePixels") { scalesPixels = try field.truth() }
    var choices: [Choice] = []
    let meaning = "a list of operations, such as - {operation: Rotate, entries: 2}"
    for field in try members.require("operations", meaning).elements(meaning) {
      guard choices.count < SearchSpace.mostEntries else {
        throw PolicyError(
          place: "operations", found: "more than \(SearchSpace.mostEntries)", expected: "each operation once")
      }
      choices.append(try Choice(field))
    }
    try self.init(name: name, operationCount: counts, scalesPixels: scalesPixels, choices: choices)
  }

  /// The space as a value within another one.
  package var json: JSONValue { .object(members) }

  private var members: [String: JSONValue] {
    [
      "name": .string(name), "operationCount": .array(operationCount.map(JSONValue.number)),
      "scalePixels": .bool(scalesPixels), "operations": .array(choices.map(\.json)),
    ]
  }

  /// The value that a file of the space holds; `init(_:)` reads it.
  public var fileValue: JSONValue {
    .object(
      members.merging([
        "format": .string(SpaceFormat.name), "version": .integer(SpaceFormat.version),
      ]) { own, _ in own })
  }
}

extension SearchSpace.Choice {
  init(_ field: JSONField) throws(PolicyError) {
    let members = try field.members("an operation, such as {operation: Rotate, entries: 2}")
    try members.refuseKeys(except: SpaceFormat.operationKeys)
    let operation = try Operation(members.require("operation", "the name of an operation"))
    let entries =
      try members.member("entries")?.integer(in: SearchSpace.entryCounts) ?? SpaceFormat.usualEntries
    let isSigned = try members.member("signed")?.truth()
    let scaled: ScaledOperation
    do {
      scaled = try ScaledOperation(operation, members, isSigned: isSigned)
    } catch {
      throw error.within(field.place)
    }
    self.init(scaled, entries: entries)
  }

  var json: JSONValue {
    var members: [String: JSONValue] = [
      "operation": .string(operation.operation.name), "entries": .integer(entries),
    ]
    if let bounds = operation.bounds {
      members["lowest"] = number(bounds.lowest)
      members["highest"] = number(bounds.highest)
      members["steps"] = .integer(bounds.steps)
    }
    if operation.isSigned || operation.operation.isSigned { members["signed"] = .bool(operation.isSigned) }
    return .object(members)
  }

  /// A number without the `.0` of a whole one.
  private func number(_ value: Double) -> JSONValue {
    Int(exactly: value).map(JSONValue.integer) ?? .number(value)
  }
}

extension ScaledOperation {
  /// Reads the scale of an operation; places of errors are keys.
  fileprivate init(
    _ operation: Operation, _ members: JSONMembers, isSigned: Bool?
  ) throws(PolicyError) {
    let members = JSONMembers(values: members.values, place: "")
    let (lowest, highest) = (members.member("lowest"), members.member("highest"))
    guard lowest != nil || highest != nil else {
      if let steps = members.member("steps") {
        throw PolicyError(
          place: "steps", found: "\(steps.value.summary) without bounds",
          expected: operation.usesParameter
            ? "lowest and highest beside it" : "no steps: \(operation.name) has no parameter")
      }
      if let isSigned {
        try self.init(operation, isSigned: isSigned)
      } else {
        self.init(operation)
      }
      return
    }
    func number(_ field: JSONField?, _ key: String, _ other: String) throws(PolicyError) -> Double {
      guard let field else {
        throw PolicyError(place: key, found: "nothing", expected: "a number, as \(other) is given")
      }
      return try field.finiteNumber()
    }
    let (low, high) = (
      try number(lowest, "lowest", "highest"), try number(highest, "highest", "lowest")
    )
    let steps =
      try members.member("steps")?.integer(in: (low == high ? 1 : 2)...Self.mostSteps)
      ?? (low == high ? 1 : Self.usualSteps)
    try self.init(operation, from: low, to: high, steps: steps, isSigned: isSigned)
  }
}

extension SearchSpace {
  /// Reads the text that `description` gives, or the text of a JSON file with a space.
  public init(jsonText bytes: some Sequence<UInt8>) throws(PolicyError) {
    try self.init(try JSONValue(parsing: bytes, as: .json))
  }
}

extension SearchSpace: CustomStringConvertible {
  /// One line of JSON, its keys in order: what a run's settings hold.
  public var description: String { fileValue.text }
}

extension SearchSpace: Codable {
  /// Reads the text; throws `PolicyError`.
  public init(from decoder: any Decoder) throws {
    try self.init(jsonText: decoder.singleValueContainer().decode(String.self).utf8)
  }

  /// Writes the text: among the settings of a run a space is one value, so that no name in it meets another setting's.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

extension PolicyError {
  /// The same error about a value that stands at a place of another one.
  func within(_ outer: String) -> PolicyError {
    let joined = outer.isEmpty || place.isEmpty || place.hasPrefix("[") ? outer + place : outer + "." + place
    return PolicyError(file: file, place: joined, found: found, expected: expected, cure: cure)
  }
}

extension JSONMembers {
  /// The member that a key names; nil where there is none.
  package func member(_ key: String) -> JSONField? {
    values[key].map { JSONField($0, at: place.isEmpty ? key : "\(place).\(key)") }
  }
}

extension JSONField {
  /// The value, which must be true or false.
  package func truth() throws(PolicyError) -> Bool {
    guard case .bool(let value) = value else { throw failure(expected: "true or false") }
    return value
  }

  /// The value, which must be a number.
  func finiteNumber() throws(PolicyError) -> Double {
    switch value {
    case .integer(let integer): return Double(integer)
    case .number(let number) where number.isFinite: return number
    default: throw failure(expected: "a finite number")
    }
  }
}
