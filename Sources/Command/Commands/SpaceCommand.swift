import ArgumentParser
import Augmentation
import Policies
import Spaces
import Text

/// `pba space`: what a search can choose from.
struct SpaceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "space", abstract: "List the operations, and show and check search spaces.",
    discussion: """
      A search space says which operations a search chooses among, how far each may go and in how many steps, how many \
      entries a policy has of it, and how many operations an image gets. `pba space show default > my.yaml` writes PBA's \
      own as a file to edit, `pba space check my.yaml` checks it, `pba preview --space my.yaml -o my.png` draws it, and \
      `pba search --space my.yaml` searches in it.
      """,
    subcommands: [List.self, Show.self, Check.self])

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List every operation with its parameter, and the ready-made spaces.")

    @Flag(help: "Print it as JSON.")
    var json = false

    struct Report: Encodable {
      struct Entry: Encodable {
        let name: String
        let unit: String
        let lowest: Double
        let highest: Double
        let signed: Bool
        /// The strengths of the magnitudes 0 to 9 where a space says nothing else.
        let scale: [Double]
      }
      let operations: [Entry]
      let spaces: [String]
    }

    func run() throws {
      let spaces = try ReadySpace.names()
      let operations = Augmentation.Operation.catalogue
      if json {
        return try printJSON(
          Report(
            operations: operations.map { operation in
              Report.Entry(
                name: operation.name, unit: operation.unit.rawValue, lowest: operation.parameters.lowerBound,
                highest: operation.parameters.upperBound, signed: operation.isSigned,
                scale: operation.usesParameter
                  ? Augmentation.Operation.magnitudes.map(operation.parameter) : [])
            }, spaces: spaces))
      }
      let head = ["operation", "unit", "takes", "directions", "magnitudes 0 to 9"]
      let rows = [head] + operations.map(Self.row)
      let widths = head.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
      for row in rows {
        let cells = row.enumerated().map { padded($0.element, widths[$0.offset]) }
        printResult(cells.joined(separator: "  ").trimmingSuffix())
      }
      printResult("")
      printResult("spaces: " + spaces.joined(separator: ", "))
    }

    private static func row(_ operation: Augmentation.Operation) -> [String] {
      guard operation.usesParameter else { return [operation.name, "-", "no parameter", "-", "-"] }
      let (low, high) = (operation.parameters.lowerBound, operation.parameters.upperBound)
      let scale = ScaledOperation(operation)
      return [
        operation.name, operation.unit.rawValue, "\(low.argument) to \(high.argument)",
        operation.isSigned ? "both" : "one",
        "\(significant(scale.parameter(magnitude: 0), 4)) to \(significant(scale.parameter(magnitude: 9), 4))",
      ]
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print a search space as a commented YAML file to edit.",
      discussion: "Of a space that comes with the program, the comments say why each operation is in it.")

    @Argument(help: "default for PBA's, the name of another one, or a file.")
    var space: SpaceSource

    @Flag(help: "Print it as JSON.")
    var json = false

    func run() throws {
      try space.noteFileOfSameName()
      if json { return try printJSON(space.space().fileValue) }
      if let ready = try space.ready() { return printResultLines(ready.text.trimmingSuffix()) }
      printResultLines(try space.space().yaml.trimmingSuffix())
    }
  }

  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Check a search space, and say what is searched for and what has no effect.",
      discussion: """
        A file that is not valid ends with the exit code 1, and its first fault is named with its place. What has no \
        effect is noted on standard error.
        """)

    @Argument(help: "A YAML or JSON file, or a name.")
    var space: SpaceSource

    @Flag(help: "Print it as JSON.")
    var json = false

    struct Report: Encodable {
      let name: String
      let operations: Int
      let entries: Int
      let numbers: Int
      let warnings: [String]
    }

    func run() throws {
      try space.noteFileOfSameName()
      let space = try space.space()
      let findings = SpaceFindings(space)
      let entries = space.scaledEntries.count
      if json {
        return try printJSON(
          Report(
            name: space.name, operations: space.choices.count, entries: entries, numbers: findings.numbers,
            warnings: findings.warnings))
      }
      printResult(
        "\(printable(space.name)): valid, \(counted(space.choices.count, "operation")), "
          + "\(counted(entries, "entry", "entries")), \(counted(findings.numbers, "number")) to choose")
      for warning in findings.warnings { printNote(warning) }
    }
  }
}

extension String {
  /// The text without spaces and line breaks at its end.
  fileprivate func trimmingSuffix() -> String {
    guard let last = lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(self[...last])
  }
}
