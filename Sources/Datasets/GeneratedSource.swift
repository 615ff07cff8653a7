/// A dataset that the program makes itself.
struct GeneratedSource: StoredSource {
  private let make: @Sendable () -> StoredDataset

  init(_ make: @escaping @Sendable () -> StoredDataset) {
    self.make = make
  }

  func status(of dataset: DatasetSpec, in dataDirectory: String) -> DatasetStatus { .generated }

  func open(_ dataset: DatasetSpec, in dataDirectory: String) throws -> StoredDataset { make() }

  func verify(
    _ dataset: DatasetSpec, in dataDirectory: String, observer: @escaping DatasetLoadingObserver
  ) throws -> [FileVerification] { [] }
}
