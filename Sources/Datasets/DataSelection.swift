/// Which images a run works with: what `loadDataset` needs to give the same ones again.
public struct DataSelection: Codable, Hashable, Sendable {
  /// The dataset, as it is named on the command line.
  public var dataset: String
  /// The number of training images; nil for all that validation leaves.
  public var trainSize: Int?
  /// The number of validation images; nil for the dataset's default.
  public var validationSize: Int?
  /// The folder with datasets; a leading `~` is the home folder.
  ///
  /// The images do not depend on it.
  public var dataDirectory: String

  public init(
    _ dataset: String, trainSize: Int? = nil, validationSize: Int? = nil, dataDirectory: String = ""
  ) {
    self.dataset = dataset
    self.trainSize = trainSize
    self.validationSize = validationSize
    self.dataDirectory = dataDirectory
  }
}
