import Augmentation
import Datasets
import Text

/// The weight of each class in the training loss.
public enum ClassWeights: Hashable, Sendable {
  /// n / (K · n_c) for n training images, n_c of them of class c, and K classes: every class counts the same in all.
  ///
  /// King and Zeng, "Logistic Regression in Rare Events Data", Political Analysis 9, 2001; the `balanced` of scikit-learn.
  case balanced
  /// A number for each class, in the order of the dataset's classes.
  case inOrder([Double])
  /// A number for each class by its name.
  case byName([String: Double])
  /// What a file says, which errors name.
  indirect case ofFile(String, ClassWeights)

  /// The largest weight that is accepted.
  public static let largest = 1e6
  /// The smallest: the loss is computed in fp32, where less has fewer digits, or is 0.
  public static let smallest = Double(Float.leastNormalMagnitude)

  /// The weights for a dataset, in the order of its classes.
  ///
  /// - Throws: ``TrainingError/setting(_:)`` if they do not fit its classes.
  public func numbers(for data: DatasetSplits) throws -> [Double] {
    try validate()
    let names = data.classNames
    switch self {
    case .balanced:
      var counts = Array(repeating: 0, count: names.count)
      for label in data.train.labels { counts[Int(label)] += 1 }
      if let empty = counts.firstIndex(of: 0) {
        throw Self.mistake(
          "balanced, but '\(names[empty])' has no training images",
          "a training image of every class, or numbers")
      }
      return counts.map { Double(data.train.count) / (Double(names.count) * Double($0)) }
    case .inOrder(let numbers):
      guard numbers.count == names.count else {
        throw Self.mistake(
          "\(counted(numbers.count, "number"))", "\(names.count), one for each class of \(data.name)")
      }
      return numbers
    case .byName(let weights):
      if let foreign = weights.keys.filter({ !names.contains($0) }).min() {
        throw Self.mistake(
          "'\(foreign.prefix(60))'",
          "names of classes of \(data.name): \(names.prefix(20).joined(separator: ", "))")
      }
      return try names.map { name in
        guard let weight = weights[name] else {
          throw Self.mistake(
            "nothing for '\(name)'", "a number for each of \(counted(names.count, "class", "classes"))")
        }
        return weight
      }
    case .ofFile(let path, let weights): return try Self.inFile(path) { try weights.numbers(for: data) }
    }
  }

  private static func inFile<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch TrainingError.setting(let text) {
      throw TrainingError.file("\(path): \(text.description)")
    }
  }

  /// Checks what can be checked without a dataset.
  ///
  /// - Throws: ``TrainingError/setting(_:)`` for a number that is no weight.
  public func validate() throws {
    let numbers: [Double]
    switch self {
    case .balanced: return
    case .inOrder(let list): numbers = list
    case .byName(let weights): numbers = weights.sorted { $0.key < $1.key }.map(\.value)
    case .ofFile(let path, let weights): return try Self.inFile(path) { try weights.validate() }
    }
    guard !numbers.isEmpty else { throw Self.mistake("nothing", "a number for each class") }
    if let bad = numbers.first(where: { !($0 > 0 && $0 <= Self.largest) }) {
      throw Self.mistake(
        bad == .infinity ? "an infinite number" : "\(bad)", "numbers above 0, up to \(Int(Self.largest))")
    }
    if let small = numbers.first(where: { $0 < Self.smallest }) {
      throw Self.mistake("\(small), which is 0 in fp32 or nearly so", "numbers from 1.2e-38")
    }
  }

  private static func mistake(_ found: String, _ expected: String) -> TrainingError {
    .setting("\(setting: "classWeights"): found \(found), expected \(expected)")
  }
}

extension ClassWeights: Codable {
  private static let balancedWord = "balanced"

  /// The word `balanced`, a list, or an object of names.
  public init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if let numbers = try? value.decode([Double].self) {
      self = .inOrder(numbers)
    } else if let weights = try? value.decode([String: Double].self) {
      self = .byName(weights)
    } else if try value.decode(String.self) == Self.balancedWord {
      self = .balanced
    } else {
      throw DecodingError.dataCorruptedError(
        in: value, debugDescription: "expected \(Self.balancedWord), a list of numbers, or names with numbers"
      )
    }
  }

  /// Encodes the word `balanced`, or the numbers.
  public func encode(to encoder: any Encoder) throws {
    var value = encoder.singleValueContainer()
    switch self {
    case .balanced: try value.encode(Self.balancedWord)
    case .inOrder(let numbers): try value.encode(numbers)
    case .byName(let weights): try value.encode(weights)
    case .ofFile(_, let weights): try value.encode(weights)
    }
  }
}

extension Recipe {
  /// The recipe with the weights of the classes as numbers in the order of a dataset's classes: how a run records them.
  ///
  /// - Throws: ``TrainingError/setting(_:)`` if they do not fit its classes.
  public func resolved(for data: DatasetSplits) throws -> Recipe {
    var recipe = self
    recipe.classWeights = try classWeights.map { .inOrder(try $0.numbers(for: data)) }
    return recipe
  }
}
