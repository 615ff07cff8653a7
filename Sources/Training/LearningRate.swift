import Foundation

/// How the learning rate falls over a training.
public enum LearningRateRule: String, Codable, Hashable, Sendable, CaseIterable {
  /// Half a cosine from the initial rate to exactly 0 at the very last step; no warm-up, no restart.
  case cosine
  /// The initial rate, a tenth of it from epoch 80 on, a hundredth from epoch 120 on.
  case step

  /// The rate of one step.
  ///
  /// Cosine: ½ · rate · (1 + cos(π · (e·B + s) / (E·B))) for epoch e, step s of B, and E epochs.
  /// Source: Loshchilov and Hutter, "SGDR", ICLR 2017, without restarts.
  ///
  /// - Parameters:
  ///   - initial: the rate at the start.
  ///   - epoch: from 0.
  ///   - step: from 1 to `stepsPerEpoch`.
  ///   - stepsPerEpoch: B.
  ///   - epochs: E, the length of the training.
  /// - Returns: the rate; 0 after the last step of the cosine.
  public func rate(initial: Double, epoch: Int, step: Int, stepsPerEpoch: Int, epochs: Int) -> Double {
    switch self {
    case .cosine:
      let done = Double(epoch * stepsPerEpoch + step) / Double(epochs * stepsPerEpoch)
      return done >= 1 ? 0 : 0.5 * initial * (1 + cos(.pi * done))
    case .step:
      return initial * (epoch < 80 ? 1 : epoch < 120 ? 0.1 : 0.01)
    }
  }
}
