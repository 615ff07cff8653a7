import Augmentation
import Files
import Text

/// Datasets that share a name: one dataset, such as `cifar10`, or one for each parameter, such as `noise:32x48`.
public struct DatasetFamily: Sendable {
  /// The name, without a parameter.
  public let name: String
  /// How a dataset of this family is asked for, such as `cifar10` or `folder:PATH`.
  public let usage: String
  /// What it is, in one line.
  public let summary: String
  /// The dataset that the bare name means; nil where a parameter must be given.
  public let plain: DatasetSpec?
  /// Whether images are brought to the size that is asked for; otherwise they have one of their own.
  public let takesImageSize: Bool
  /// Whether the parameter is the path of the images, which may be moved between two sessions of a run.
  public let isMovable: Bool
  /// The dataset that `name:parameter` means; nil where there is no parameter to give.
  private let parameterised: (@Sendable (_ parameter: String) throws -> DatasetSpec)?

  /// Every family, in the order of listings.
  ///
  /// A new dataset is one file and one entry here, of a new kind of source too.
  public static let all: [DatasetFamily] = [
    DatasetFamily(.bundled), DatasetFamily(.cifar10), DatasetFamily(.cifar100), DatasetFamily(.svhn),
    DatasetFamily(.svhnFull), DatasetFamily(.fashionMNIST), .noise, .folder,
  ]

  /// How all of them are asked for, as a list for messages.
  public static var usages: String { all.map(\.usage).joined(separator: ", ") }

  /// A family of one dataset, which takes no parameter.
  init(_ spec: DatasetSpec) {
    name = spec.name
    usage = spec.name
    summary = spec.summary
    plain = spec
    takesImageSize = false
    isMovable = false
    parameterised = nil
  }

  /// A family whose datasets are named by a parameter.
  ///
  /// - Parameters:
  ///   - name: the part of the name before the colon.
  ///   - usage: the full form, such as `folder:PATH`.
  ///   - summary: what the family holds, in one line.
  ///   - plain: what the bare name means, if it means anything.
  ///   - takesImageSize: whether images are brought to the size that is asked for.
  ///   - isMovable: whether the parameter is the path of the images.
  ///   - parameterised: makes the dataset, whose name must be `name:parameter`; throws
  ///     `DatasetError.badParameter` for a parameter that means nothing.
  init(
    name: String, usage: String, summary: String, plain: DatasetSpec?, takesImageSize: Bool = false,
    isMovable: Bool = false,
    parameterised: @escaping @Sendable (_ parameter: String) throws -> DatasetSpec
  ) {
    self.name = name
    self.usage = usage
    self.summary = summary
    self.plain = plain
    self.takesImageSize = takesImageSize
    self.isMovable = isMovable
    self.parameterised = parameterised
  }

  /// The family of the dataset of this name, by what stands before the colon; nil where there is none.
  public static func of(_ dataset: String) -> DatasetFamily? {
    let name = dataset.prefix { $0 != ":" }
    return all.first { $0.name == name }
  }

  /// The dataset of this family that the parameter names; nil stands for the bare name.
  func spec(parameter: String?) throws -> DatasetSpec {
    switch (parameter, plain, parameterised) {
    case (let parameter?, _, let parameterised?):
      return try parameterised(parameter)
    case (let parameter?, _, nil):
      throw DatasetError.badParameter(
        dataset: name, found: "the parameter \(parameter.debugDescription)", expected: ErrorText(usage))
    case (nil, let plain?, _):
      return plain
    case (nil, nil, _):
      throw DatasetError.badParameter(dataset: name, found: "no parameter", expected: ErrorText(usage))
    }
  }
}

extension DatasetSpec {
  /// The dataset of this name, with its parameter after a colon where it has one.
  ///
  /// Throws `DatasetError.unknown`, which lists the names and the nearest one, or `.badParameter`.
  public static func named(_ name: String) throws -> DatasetSpec {
    let parts = name.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    if let family = DatasetFamily.of(name) {
      return try family.spec(parameter: parts.count > 1 ? parts[1] : nil)
    }
    let names = DatasetFamily.all.map(\.name)
    let folder = name.contains("/") || Folder.isThere(HomeFolder().expanding(name)) ? "folder:\(name)" : nil
    throw DatasetError.unknown(
      name: name, known: DatasetFamily.all.map(\.usage),
      nearest: folder ?? nearestName(to: parts[0], among: names))
  }
}
