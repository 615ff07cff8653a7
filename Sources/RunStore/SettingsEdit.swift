import Files
import Foundation
import Yams

/// What a user changed in a run's `config.yaml`.
///
/// The journal decides, so a change there has no effect. The file is written again as the journal has it; what stood in it is
/// kept beside it.
public struct SettingsEdit: Hashable, Sendable, CustomStringConvertible {
  /// The file.
  public let file: String
  /// Where the changed file is kept.
  public let kept: String
  /// What differs: the journal's value is the recorded one; empty where the file is not readable.
  public let differences: [ConfigurationDifference]

  /// What differs, and where the edited file is kept.
  public var description: String {
    let found = differences.map {
      "\($0.key): found \($0.requested ?? "none"), the run has \($0.recorded ?? "none")"
    }
    return "\(file) was edited (\(found.isEmpty ? "it is not readable" : found.joined(separator: "; ")));"
      + " that has no effect, since a run keeps the settings of its journal;"
      + " the file is restored, and the edited one is now \(kept)"
  }

  /// Brings the settings' file in line with the journal, unless it says the same already.
  ///
  /// - Parameters:
  ///   - configuration: the settings that hold.
  ///   - json: the settings as the journal has them; an older version may not have had all.
  ///   - folder: the folder of the run.
  ///   - name: the file's name in the folder of the run.
  /// - Returns: what was edited; nil where the file agreed with the journal.
  /// - Throws: `FileError` where the file cannot be read or written.
  static func restoring(
    _ configuration: some RunConfiguration, recorded json: String, in folder: String, file name: String
  ) throws -> SettingsEdit? {
    let (path, text) = (folder + "/" + name, try configuration.yaml())
    let found = try readOwnBytes(path, limit: 1 << 24).map { Data($0) }
    guard found != Data(text.utf8) else { return nil }
    var edit: SettingsEdit?
    if let found {
      let (lines, recorded) = (lines(of: found), try settings(inJSON: json))
      let completed = try settings(inJSON: configuration.json()).merging(recorded) { $1 }
      let differences = Set(completed.keys).union(lines?.keys.map { $0 } ?? []).sorted().compactMap { key in
        let (own, its) = (completed[key].map(settingText), lines?[key].map(settingText))
        // An older version did not write what it did not know.
        return own == its || its == nil && recorded[key] == nil
          ? nil : ConfigurationDifference(key: key, recorded: own, requested: its)
      }
      // Comments and another order change no setting.
      if let lines, differences.isEmpty, lines.count == completed.count { return nil }
      if lines == nil || !differences.isEmpty {
        let kept = try keep(found, in: folder)
        edit = SettingsEdit(file: path, kept: kept, differences: lines == nil ? [] : differences)
      }
    }
    try AtomicFile.write(Data(text.utf8), to: path)
    return edit
  }

  private static func lines(of file: Data) -> [String: Node]? {
    (try? settings(inJSON: String(decoding: file, as: UTF8.self))).flatMap { $0.isEmpty ? nil : $0 }
  }

  /// Writes an edited file to a name of its own, and gives its path.
  private static func keep(_ file: Data, in folder: String) throws -> String {
    var path = folder + "/config.edited.yaml"
    var number = 1
    while let other = try readOwnBytes(path, limit: 1 << 24), Data(other) != file {
      number += 1
      path = folder + "/config.edited-\(number).yaml"
    }
    try AtomicFile.write(file, to: path)
    return path
  }
}
