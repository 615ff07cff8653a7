import RunStore

/// Where a training stands: the figures of its epochs, and what follows from that.
///
/// A value that the settings and the recorded epochs decide; so a resumed training decides as one that never stopped.
struct TrainingCourse {
  private let configuration: TrainingConfiguration
  /// Epochs done.
  private(set) var trained = 0
  /// The best validation, the first among equals.
  private(set) var best: EpochRecord?
  /// Validations since the best one, or since the training's length was last changed.
  private(set) var validationsWithoutImprovement = 0

  init(_ configuration: TrainingConfiguration, _ epochs: [EpochRecord]) {
    self.configuration = configuration
    for epoch in epochs { take(epoch) }
  }

  /// Takes in an epoch that was trained.
  mutating func take(_ epoch: EpochRecord) {
    validationsWithoutImprovement = count(after: epoch.validationAccuracy)
    if isImprovement(epoch.validationAccuracy) { best = epoch }
    trained = epoch.epoch + 1
    if configuration.isChanged(after: trained) { validationsWithoutImprovement = 0 }
  }

  /// Whether the training is at its end.
  var isOver: Bool { trained >= configuration.length(atEpoch: trained) || hasLostPatience }

  /// Whether its patience has ended it.
  var hasLostPatience: Bool { configuration.patience.map { validationsWithoutImprovement >= $0 } ?? false }

  /// Whether the network is measured on the validation images after the epoch that comes next.
  var isNextValidated: Bool {
    isNextLast || (configuration.validateEvery.map { (trained + 1) % $0 == 0 } ?? false)
  }

  /// Whether the epoch that comes next is the last of the training's length.
  var isNextLast: Bool { trained + 1 == configuration.length(atEpoch: trained) }

  /// Whether the training ends after the epoch that comes next.
  func endsAfterNext(validationAccuracy: Double?) -> Bool {
    isNextLast || (configuration.patience.map { count(after: validationAccuracy) >= $0 } ?? false)
  }

  private func isImprovement(_ accuracy: Double?) -> Bool {
    guard let accuracy else { return false }
    return best?.validationAccuracy.map { accuracy > $0 } ?? true
  }

  private func count(after accuracy: Double?) -> Int {
    guard accuracy != nil else { return validationsWithoutImprovement }
    return isImprovement(accuracy) ? 0 : validationsWithoutImprovement + 1
  }
}
