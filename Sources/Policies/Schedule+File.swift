import Text

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension Schedule {
  /// Reads a schedule from a file.
  public init(contentsOf path: String) throws(PolicyError) {
    let bytes = try readTextFile(path)
    do {
      try self.init(jsonText: bytes)
    } catch {
      if Self.isSpace(bytes) {
        throw PolicyError(
          file: path, found: "a search space",
          expected: "a schedule", cure: "`pba search` takes a space as \(setting: "space")")
      }
      throw error.inFile(path)
    }
  }

  /// Whether a line at the beginning of a text says that it is a search space, in YAML.
  private static func isSpace(_ bytes: [UInt8]) -> Bool {
    String(decoding: bytes.prefix(4096), as: UTF8.self).split(whereSeparator: \.isNewline).contains { line in
      line.filter { !" \"'".contains($0) } == "format:\(SpaceFormat.name)"
    }
  }

  /// Reads a schedule from the text of a JSON file.
  public init(jsonText bytes: some Sequence<UInt8>) throws(PolicyError) {
    try self.init(try JSONValue(parsing: bytes, as: .json))
  }

  /// The text of the schedule's file: equal schedules give equal bytes.
  ///
  /// The keys stand in the format's order, each policy entry on its own line, and the last line ends with a
  /// newline.
  public func jsonData() -> Data {
    let counts = JSONValue.array(operationCount.map(JSONValue.number)).text
    var text = """
      {
        "format": \(JSONValue.string(ScheduleFormat.name).text),
        "version": \(space == nil ? ScheduleFormat.version : ScheduleFormat.versionWithSpace),
        "name": \(JSONValue.string(name).text),
        "epochs": \(epochs),

      """
    text +=
      space.map {
        """
          "probabilityScale": \(ScheduleFormat.probabilityScale),
          "space": \($0.lines),

        """
      }
        ?? """
          "operationCount": \(counts),
          "probabilityScale": \(ScheduleFormat.probabilityScale),
          "magnitudeScale": \(ScheduleFormat.magnitudeScale),

        """
    text += "  \"segments\": [\n"
    text += segments.map(\.lines).joined(separator: ",\n")
    text += """

        ],
        "provenance": \(JSONValue.object(provenance).text)
      }

      """
    return Data(text.utf8)
  }
}

extension SearchSpace {
  /// The space as it stands in a schedule's file, an operation on each line.
  fileprivate var lines: String {
    """
    {
        "name": \(JSONValue.string(name).text),
        "operationCount": \(JSONValue.array(operationCount.map(JSONValue.number)).text),
        "scalePixels": \(scalesPixels),
        "operations": [
    \(choices.map { "      " + $0.line }.joined(separator: ",\n"))
        ]
      }
    """
  }
}

extension SearchSpace.Choice {
  /// The keys in the order of the format.
  fileprivate var line: String {
    guard case .object(let members) = json else { return "{}" }
    let pairs = SpaceFormat.operationKeys.compactMap { key in
      members[key].map { "\(JSONValue.string(key).text): \($0.text)" }
    }
    return "{\(pairs.joined(separator: ", "))}"
  }
}

extension Schedule.Segment {
  fileprivate var lines: String {
    let entries = policy.entries.map { entry in
      """
              {"operation": \(JSONValue.string(entry.operation.name).text), \
      "probability": \(entry.probability), "magnitude": \(entry.magnitude)}
      """
    }
    let list = entries.isEmpty ? "[]" : "[\n\(entries.joined(separator: ",\n"))\n      ]"
    return """
          {
            "epochs": \(epochs),
            "policy": \(list)
          }
      """
  }
}
