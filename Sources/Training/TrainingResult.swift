/// The result of a finished training.
public struct TrainingResult: Codable, Hashable, Sendable {
  /// The epochs that were trained.
  public var epochs: Int
  /// The mean loss of the last epoch.
  public var trainLoss: Double
  /// The share of images of the last epoch that were classified correctly in training, 0 to 1.
  public var trainAccuracy: Double
  /// On the validation images after the last epoch, nil where there are none.
  public var validationAccuracy: Double?
  /// On the test images after the last epoch, nil where there are none.
  public var testAccuracy: Double?
  /// The file of the final weights; nil where it is missing.
  public var checkpoint: String?
  /// The best of several validations; nil where the network was not measured between its epochs.
  public var best: Best?
  /// How many epochs the training would have had, where its patience ended it.
  public var stoppedEarlyOf: Int?

  /// A validation of a training.
  public struct Best: Codable, Hashable, Sendable {
    /// After how many epochs.
    public var epochs: Int
    /// The share of validation images that were classified correctly, 0 to 1.
    public var validationAccuracy: Double
    /// The file of the weights; nil where it is missing.
    public var checkpoint: String?
  }
}
