import Yams

/// What the checkpoints of a run are, as the end of their names says.
public enum CheckpointFormat: Hashable, Sendable, CaseIterable {
  /// The weights of a network of this program.
  case weights
  /// What a user's trainer has written, as one archive.
  case archive

  /// The end of every checkpoint's name.
  public var suffix: String {
    switch self {
    case .weights: ".safetensors"
    case .archive: ".tar"
    }
  }

  /// The format in a run with these settings: a search whose settings name a trainer keeps what that writes.
  init(_ settings: [String: Node]) { self = settings[Self.setting] == nil ? .weights : .archive }

  /// The setting that names a user's trainer.
  private static let setting = "trainer"
}
