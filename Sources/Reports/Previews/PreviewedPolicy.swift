import Augmentation
import Images
import Policies

/// A policy whose draws are shown.
public struct PreviewedPolicy: Sendable {
  private let choice: PolicyChoice
  private let order: PolicyOrder
  private let scalesToSize: Bool
  private let seed: UInt64

  /// A policy, with what decides its draws.
  ///
  /// - Parameters:
  ///   - choice: the policy.
  ///   - order: how a schedule is played.
  ///   - scalesToSize: whether lengths in pixels follow the size of each image.
  ///   - seed: decides the draws.
  public init(
    _ choice: PolicyChoice, order: PolicyOrder = .schedule, scalesToSize: Bool = false, seed: UInt64
  ) {
    self.choice = choice
    self.order = order
    self.scalesToSize = scalesToSize
    self.seed = seed
  }

  /// What it is called: a schedule by its name and its order, any other policy as the setting `policy` names it.
  public var name: String {
    PlayedPolicy(choice.schedule?.name ?? choice.argument, order: order).description
  }

  /// How many epochs it has; nil where one program holds for all.
  public var epochs: Int? { choice.schedule?.epochs }

  /// Epochs from the first to the last, five where it has as many; none for a policy without epochs.
  public var moments: [Int] { choice.schedule.map(ScheduleFigure.moments) ?? [] }

  /// One draw for an image: what training with the same seed applies, before crop, flip and the baseline's Cutout.
  ///
  /// The draw takes the place of the trial, and each image has a seed of its own.
  ///
  /// - Parameters:
  ///   - number: from 1.
  ///   - image: the image.
  ///   - index: the place of the image among those shown, from 0.
  ///   - epoch: from 1; nil for a policy without epochs.
  /// - Returns: the image after the draw, and what fired.
  /// - Throws: `PolicyError` for an epoch that the policy does not have.
  public func draw(_ number: Int, of image: RGBAImage, index: Int, epoch: Int?) throws -> PolicyDraw {
    let zeroBased = (epoch ?? 1) - 1
    let program = try choice.program(
      epoch: zeroBased, totalEpochs: epochs ?? 1, order: order, width: image.width, height: image.height,
      scale: scalesToSize ? PixelScale(width: image.width, height: image.height) : .none)
    let augmenter = BatchAugmenter(
      program: program, tail: .unchanged, seed: seed &+ UInt64(index) << 32, trial: number - 1)
    let stack = ImageStack(
      count: 1, height: image.height, width: image.width, pixels: droppingAlpha(image.pixels))
    let (drawn, applied) = augmenter.preview(sample: 0, of: stack, epoch: zeroBased)
    return PolicyDraw(
      number: number, epoch: epoch, image: drawn, applied: applied,
      usesOtherSpace: choice.schedule?.space != nil)
  }
}

extension BatchTail {
  /// A tail that leaves pixels where they are; for pictures, which are not normalised.
  public static let unchanged = BatchTail(
    cropPadding: 0, flip: false, cutout: 0, mean: [0, 0, 0], standardDeviation: [1, 1, 1], layout: .nhwc)
}
