/// Which set of images a folder of folders of classes is for, by its name.
enum SplitRole: Equatable, Sendable {
  case train, validation, test

  /// Reads names in any case such as `train`, `Training`, `TEST`, `val`, `dev`, `train_images` and `test-set`; nil for
  /// any other.
  init?(folderName name: String) {
    let words = name.lowercased().split { "_-. ".contains($0) }.map(String.init).filter {
      !Self.additions.contains($0)
    }
    guard words.count == 1, let word = words.first else { return nil }
    let shorter = Self.additions.first { word.hasSuffix($0) }.map { String(word.dropLast($0.count)) }
    guard let role = Self.names[word] ?? shorter.flatMap({ Self.names[$0] }) else { return nil }
    self = role
  }

  /// The name that is spelt out in messages.
  var name: String {
    switch self {
    case .train: "training"
    case .validation: "validation"
    case .test: "test"
    }
  }

  private static let names: [String: SplitRole] = [
    "train": .train, "training": .train, "trn": .train,
    "val": .validation, "valid": .validation, "validation": .validation, "validate": .validation,
    "dev": .validation, "development": .validation, "eval": .validation, "evaluation": .validation,
    "test": .test, "testing": .test, "tst": .test,
  ]

  /// Words that say nothing more, longer ones before those that they end with.
  private static let additions = ["images", "image", "imgs", "img", "dataset", "data", "set", "split"]
}
