import Augmentation
import Datasets
import Files
import Foundation
import Policies
import RunStore
import Text
import Training

/// Says what another length of a training means for the epochs that follow.
func noteChangedLength(
  _ changed: TrainingConfiguration, from earlier: TrainingConfiguration, _ epochs: [EpochRecord],
  policy: PolicyChoice, stepsPerEpoch: Int
) {
  let (trained, length) = (epochs.count, changed.recipe.epochs)
  printNote(
    "this run has \(trained) of \(counted(earlier.recipe.epochs, "epoch")) and is to have \(length) from now on"
  )
  guard let last = epochs.last else { return }
  func rate(_ recipe: Recipe) -> String {
    rateText(
      recipe.learningRateRule.rate(
        initial: recipe.learningRate, epoch: trained, step: 1, stepsPerEpoch: stepsPerEpoch,
        epochs: recipe.epochs))
  }
  let rule = changed.recipe.learningRateRule
  printNote(
    "learning rate: \(rateText(last.learningRate)) at the end of epoch \(trained), \(rate(changed.recipe)) at the"
      + " beginning of epoch \(trained + 1): "
      + (rule == .cosine
        ? "the cosine is that of \(counted(length, "epoch")) from here on"
        : "the rule \(rule.rawValue) does not depend on the length"))
  if policy.schedule != nil {
    printNote(
      "policy: \(changed.policy) is stretched over \(counted(length, "epoch")) from here on; epoch \(trained + 1) has the policy that"
        + " it has in a training of that length")
  }
}

/// Says what a training took over from the checkpoint that it began with.
func begunFrom(_ file: String, _ start: WarmStart, _ data: DatasetSplits) -> String {
  let source = start.source
  let size = [data.train.images.height, data.train.images.width]
  return
    "weights and running statistics are those of \(printable(file)), after epoch \(source.epoch) of a training on"
    + " \(printable(source.dataset))"
    + (size == source.imageSize
      ? "" : " with images of \(source.imageSize.map(String.init).joined(separator: "x"))")
    + "; the optimiser is fresh"
    + (start.hasFreshLastLayer
      ? ", and so is the last layer, for the \(counted(data.classNames.count, "class", "classes")) of \(printable(data.name)); the checkpoint has"
        + " \(counted(source.classNames.count, "class", "classes")), which are others"
      : "")
}

/// What is shown for a checkpoint that is missing: its name, and which others are.
func lostCheckpoint(_ name: String, of run: String) -> String {
  let names = (try? AtomicFile.names(in: run + "/checkpoints")) ?? []
  let others = names.filter { name in CheckpointFormat.allCases.contains { name.hasSuffix($0.suffix) } }
  return "none: \(name) is no longer in \(run)/checkpoints; "
    + (others.isEmpty ? "no other is there" : "there is \(others.map(printable).joined(separator: ", "))")
}

/// A learning rate with four digits that count.
private func rateText(_ rate: Double) -> String { rate == 0 ? "0" : significant(rate, 4) }

/// What the validations of a training come to, for its display.
final class ValidationWords {
  private var epochs: [EpochRecord]
  private let isUsed: Bool

  init(_ configuration: TrainingConfiguration, _ epochs: [EpochRecord]) {
    isUsed = configuration.validateEvery != nil
    self.epochs = epochs
  }

  /// The last validation and the best, after an epoch; empty where none is asked for or none was made.
  func words(after epoch: EpochRecord) -> String {
    guard isUsed else { return "" }
    epochs = epochs.prefix(epoch.epoch) + [epoch]
    guard let best = epochs.bestValidated, let accuracy = best.validationAccuracy,
      let last = epochs.last(where: { $0.validationAccuracy != nil })?.validationAccuracy
    else { return "" }
    return ", validation \(percent(last)), best \(percent(accuracy)) after epoch \(best.epoch + 1)"
  }
}
