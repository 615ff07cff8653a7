import Foundation
import Policies

/// What a run directory holds.
public enum RunKind: String, Codable, Hashable, Sendable, CaseIterable {
  /// A search for a schedule.
  case search
  /// A training of one network.
  case train
  /// A comparison of several policies.
  case compare = "comparison"
}

/// The settings of a run: a plain value, written to `config.yaml` in the order of its coding keys.
///
/// Settings may be grouped in members of their own, such as a recipe; no two groups may use the same key, since the
/// file and the messages show them side by side.
public protocol RunConfiguration: Codable, Sendable {
  /// The kind of run these settings belong to.
  static var kind: RunKind { get }
  /// The settings that may differ when a run is resumed, since they do not change its result.
  var settingsWithoutEffect: Set<String> { get }
}

/// One setting in which a run and the attempt to resume it differ.
public struct ConfigurationDifference: Hashable, Sendable, CustomStringConvertible {
  /// The setting's name.
  public let key: String
  /// What the run was begun with; `nil` when it was not set.
  public let recorded: String?
  /// What was asked for now; `nil` when it is not set.
  public let requested: String?
  /// What the user calls the setting, where that is not its name.
  public var name: String? = nil

  /// A difference of two values as text.
  package init(key: String, recorded: String?, requested: String?) {
    self.key = key
    self.recorded = recorded
    self.requested = requested
  }

  /// The setting that stands for all images: users do not give it, so the difference is described.
  public static let imageDigestKey = "imageDigest"

  /// The setting, its two values and what to do, in one line.
  public var description: String {
    switch key {
    case Self.imageDigestKey: "the images are not those it was begun with (bring those back)"
    case RunRow.spaceKey:
      "\(name ?? key): \(SearchSpace.difference(from: recorded, to: requested))"
    default: "\(name ?? key): found \(requested ?? absent), expected \(recorded ?? absent)"
    }
  }

  /// What it means that the setting is not there.
  private var absent: String { key == RunRow.explorerKey ? NamedExplorer.pba.name : "none" }
}

extension RunConfiguration {
  /// The settings as JSON with sorted keys: the form in which the journal keeps them.
  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }

  /// The settings that matter and differ from those in a journal, by name.
  func differences(fromRecorded json: String) throws -> [ConfigurationDifference] {
    // A journal of an older version says nothing of a setting that is new since; there it had its default.
    let completed = try JSONDecoder().decode(Self.self, from: Data(json.utf8)).json()
    let recorded = try settings(inJSON: json).merging(settings(inJSON: completed)) { stated, _ in stated }
    let requested = try settings(inJSON: self.json())
    return Set(recorded.keys).union(requested.keys).subtracting(settingsWithoutEffect).sorted()
      .filter { recorded[$0] != requested[$0] }
      .map {
        ConfigurationDifference(
          key: $0, recorded: recorded[$0].map(settingText), requested: requested[$0].map(settingText))
      }
  }
}
