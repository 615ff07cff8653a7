import Augmentation
import Text

extension DatasetSplits {
  /// How many images each class has, in each of the three sets.
  public struct ClassCounts: Equatable, Sendable {
    /// Training images of each class, in the order of the classes.
    public let train: [Int]
    /// Validation images of each class.
    public let validation: [Int]
    /// Test images of each class.
    public let test: [Int]
  }

  /// The images of each class, counted set by set.
  public var classCounts: ClassCounts {
    func counts(_ set: LabeledImages) -> [Int] {
      var counts = [Int](repeating: 0, count: classNames.count)
      for label in set.labels { counts[Int(label)] += 1 }
      return counts
    }
    return ClassCounts(train: counts(train), validation: counts(validation), test: counts(test))
  }

  /// What makes the figures of a training less than they seem, a line each: sets without images, classes that a set
  /// lacks, classes of one image, and images that are in two sets.
  ///
  /// Reads every pixel once, where there is more than one set. Memory: 8 bytes an image, and about 100 for each one of
  /// the larger of the validation and the test set.
  public func cautions() -> [String] {
    let counts = classCounts
    let sets = [
      Set(name: "training", images: train, counts: counts.train, paths: paths?.train),
      Set(name: "validation", images: validation, counts: counts.validation, paths: paths?.validation),
      Set(name: "test", images: test, counts: counts.test, paths: paths?.test),
    ]
    var lines = sets.filter { $0.images.count == 0 }.map { "there are no \($0.name) images" }
    for set in sets where set.images.count > 0 {
      let lacking = zip(classNames, set.counts).filter { $0.1 == 0 }.map(\.0)
      if !lacking.isEmpty {
        lines.append(
          "\(lacking.count) of \(counted(classNames.count, "class", "classes")) \(lacking.count == 1 ? "has" : "have") no "
            + "\(set.name) image: \(Self.listed(lacking))")
      }
    }
    let single = zip(classNames, counts.train).filter { $0.1 == 1 }.map(\.0)
    if single.count * 2 > classNames.count {
      lines.append(
        "\(single.count) of \(counted(classNames.count, "class", "classes")) \(single.count == 1 ? "has" : "have") one training image alone: \(Self.listed(single))"
      )
    }
    guard sets.filter({ $0.images.count > 0 }).count > 1 else { return lines }
    let hashed = sets.map { HashedImages($0.images.images) }
    for (earlier, later) in [(0, 1), (0, 2), (1, 2)] {
      guard let equal = equalImages(of: hashed[later], in: hashed[earlier]) else { continue }
      lines.append(Self.words(for: equal, of: sets[later], in: sets[earlier]))
    }
    return lines
  }

  private struct Set {
    let name: String
    let images: LabeledImages
    let counts: [Int]
    let paths: [String]?

    func words(for place: Int) -> String { paths.map { $0[place] } ?? "\(name) image \(place + 1)" }
  }

  private static func words(for equal: EqualImages, of later: Set, in earlier: Set) -> String {
    "\(equal.count) of \(counted(later.images.count, "\(later.name) image")) "
      + "\(equal.count == 1 ? "is a \(earlier.name) image" : "are \(earlier.name) images") too, pixel for pixel: "
      + "\(later.words(for: equal.first.later)) is \(earlier.words(for: equal.first.earlier))"
      + (equal.count > 1 ? ", and others" : "")
  }

  private static func listed(_ names: [String]) -> String {
    names.count > 5 ? names.prefix(5).joined(separator: ", ") + ", …" : names.joined(separator: ", ")
  }
}
