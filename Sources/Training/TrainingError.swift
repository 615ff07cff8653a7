import Augmentation
import Text

/// What can go wrong in a training beyond torch's own failures.
public enum TrainingError: ExplainedError, Equatable {
  /// The loss of a step became NaN or infinite. Epoch and step count from 1.
  case notFinite(epoch: Int, step: Int, loss: Double)
  /// The loss over an evaluated split became NaN or infinite.
  case notFiniteEvaluation(loss: Double)
  /// There are fewer images than one batch takes.
  case batchTooLarge(batchSize: Int, images: Int)
  /// A checkpoint that does not belong to this training, or is not one.
  case checkpoint(ErrorText)
  /// A file of settings that does not say what it should.
  case file(ErrorText)
  /// A setting without meaning.
  case setting(ErrorText)

  /// One line: where, what was found and what to do.
  public var text: ErrorText {
    switch self {
    case .notFinite(let epoch, let step, let loss):
      "the loss became \(loss) in epoch \(epoch), step \(step); a lower learning rate usually helps"
    case .notFiniteEvaluation(let loss):
      "the loss on the evaluated images is \(loss); a lower learning rate usually helps"
    case .batchTooLarge(let batchSize, let images):
      "a batch takes \(counted(batchSize, "image")), but there \(images == 1 ? "is" : "are") \(images) to train on;"
        + " lower \(setting: "batchSize") or raise \(setting: "trainSize")"
    case .checkpoint(let text), .file(let text), .setting(let text): text
    }
  }

  /// Whether the training itself failed (as opposed to its input or the machine).
  public var isDivergence: Bool {
    switch self {
    case .notFinite, .notFiniteEvaluation: true
    case .batchTooLarge, .checkpoint, .file, .setting: false
    }
  }
}
