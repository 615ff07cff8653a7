import Augmentation

/// How a schedule is played during training.
public enum PolicyOrder: String, CaseIterable, Codable, Hashable, Sendable {
  /// Each epoch has its own policy.
  case schedule
  /// Each image of each epoch draws a policy, as often as the schedule has epochs of it: the order is lost.
  case shuffled
  /// The last policy of the schedule holds from the first epoch on.
  case last
}

extension Schedule {
  /// What the schedule does to an image at an epoch, counted from 0.
  public func program(atEpoch epoch: Int, order: PolicyOrder = .schedule) -> AugmentationProgram {
    switch order {
    case .schedule: policy(atEpoch: epoch).program(operationCount: operationCount)
    case .last: lastPolicy.program(operationCount: operationCount)
    case .shuffled:
      AugmentationProgram(
        alternatives: segments.map {
          $0.policy.alternative(weight: Double($0.epochs), operationCount: operationCount)
        })
    }
  }
}
