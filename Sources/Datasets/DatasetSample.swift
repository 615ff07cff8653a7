/// A few training images, and how many images each set has, without the others in memory.
public struct DatasetSample: Sendable {
  /// What each label means.
  public let classNames: [String]
  /// The first training images, in the order of the whole set.
  public let train: LabeledImages
  /// How many images each set has; nil where that is unknown without reading all of them.
  public let counts: Counts?

  /// How many images each set has.
  public struct Counts: Hashable, Sendable {
    /// Training images.
    public let train: Int
    /// Validation images.
    public let validation: Int
    /// Test images.
    public let test: Int
  }
}

/// Loads the first images that `loadDataset` would have to train on.
///
/// Of an image folder only so many files are decoded, and nothing is cached.
///
/// - Parameters:
///   - selection: the dataset, its sizes and where its files are.
///   - count: how many images; fewer if there are fewer.
/// - Returns: the images with the names of their classes.
/// - Throws: what `loadDataset` throws.
public func sampleDataset(_ selection: DataSelection, count: Int) throws -> DatasetSample {
  let spec = try DatasetSpec.named(selection.place)
  return try spec.source.sample(count, of: spec, selection)
}
