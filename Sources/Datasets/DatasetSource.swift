/// Where the images of a dataset come from and how they are read: one type for each kind of source.
///
/// A new kind is one file, with a type that adopts this and the ``DatasetFamily`` that uses it. One whose sets can be
/// opened without reading every image adopts ``StoredSource``, and leaves splits and samples to it.
protocol DatasetSource: Sendable {
  /// Looks for the images without reading them.
  func status(of dataset: DatasetSpec, in dataDirectory: String) -> DatasetStatus

  /// Loads the images and splits them; the selection's name of the dataset is not looked at.
  ///
  /// Throws `DatasetError` where images are missing or damaged, or the sizes cannot be had.
  func load(
    _ dataset: DatasetSpec, _ selection: DataSelection, observer: @escaping DatasetLoadingObserver
  ) throws -> DatasetSplits

  /// The first images that ``load(_:_:observer:)`` would train on, without the others in memory.
  func sample(_ count: Int, of dataset: DatasetSpec, _ selection: DataSelection) throws -> DatasetSample

  /// Checks every file; empty where there are none.
  ///
  /// Throws `DatasetError.missing` when not one file is there.
  func verify(
    _ dataset: DatasetSpec, in dataDirectory: String, observer: @escaping DatasetLoadingObserver
  ) throws -> [FileVerification]
}

/// A source with sets of images of one size, from which any part can be read.
protocol StoredSource: DatasetSource {
  /// The dataset, found and opened.
  func open(_ dataset: DatasetSpec, in dataDirectory: String) throws -> StoredDataset
}

extension StoredSource {
  func load(
    _ dataset: DatasetSpec, _ selection: DataSelection, observer: @escaping DatasetLoadingObserver
  ) throws -> DatasetSplits {
    try selection.images.refuse(for: dataset.name)
    return try dataset.split(
      open(dataset, in: selection.dataDirectory), selection.trainSize, selection.validationSize)
  }

  func sample(_ count: Int, of dataset: DatasetSpec, _ selection: DataSelection) throws -> DatasetSample {
    try selection.images.refuse(for: dataset.name)
    let stored = try open(dataset, in: selection.dataDirectory)
    let drawn = try dataset.drawnPlaces(selection.trainSize, selection.validationSize, of: stored)
    return DatasetSample(
      classNames: stored.classNames, train: try stored.train.parts([Array(drawn.train.prefix(count))])[0],
      counts: DatasetSample.Counts(
        train: drawn.train.count, validation: drawn.validation.count, test: stored.test.count))
  }
}
