import ArgumentParser
import Command
import Foundation
import Testing

/// The help of the commands, as it is kept beside these tests.
private enum HelpPages {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/Help/"

  /// The names of all commands, each with those of the commands that it belongs to.
  static var paths: [[String]] { paths(below: PBA.self, ["pba"]) }

  private static func paths(below command: any ParsableCommand.Type, _ path: [String]) -> [[String]] {
    [path] + command.configuration.subcommands.flatMap { paths(below: $0, path + [$0._commandName]) }
  }

  /// The help of a command, one line for each option however long it is; what differs between users has a name in its place.
  static func text(of path: [String]) throws -> String {
    var command: any ParsableCommand.Type = PBA.self
    for name in path.dropFirst() {
      command = try #require(command.configuration.subcommands.first { $0._commandName == name })
    }
    return PBA.helpMessage(for: command, columns: 100_000)
      .replacing(Settings.defaultDataPlace, with: "DATA-PLACE") + "\n"
  }

  /// The name of the file that keeps a command's help.
  static func name(of path: [String]) -> String { path.joined(separator: "-") + ".txt" }
}

@Suite("Help")
struct HelpTests {
  private static let records = ProcessInfo.processInfo.environment["PBA_RECORD_HELP"] == "1"

  @Test("of each command is what it was", arguments: HelpPages.paths)
  func text(path: [String]) throws {
    let (file, text) = (HelpPages.folder + HelpPages.name(of: path), try HelpPages.text(of: path))
    if Self.records { try text.write(toFile: file, atomically: true, encoding: .utf8) }
    let kept = try String(contentsOfFile: file, encoding: .utf8)
    #expect(
      text == kept,
      "if that is meant: PBA_RECORD_HELP=1 swift test -c release --skip-build --filter HelpTests")
  }

  @Test("of commands that are gone is not kept")
  func gone() throws {
    let names = Set(HelpPages.paths.map(HelpPages.name(of:)))
    for file in try FileManager.default.contentsOfDirectory(atPath: HelpPages.folder)
    where !names.contains(file) {
      if Self.records { try FileManager.default.removeItem(atPath: HelpPages.folder + file) }
      #expect(Self.records, "\(file): no command has this help")
    }
  }
}
