import CPixels

/// A tail with what its normalisation needs, which is found once and then used for every batch.
public struct PreparedTail: Sendable {
  /// Crop, flip, Cutout and normalisation.
  public let tail: BatchTail
  let kernels: PixelKernels?
  /// ``BatchTail/normalisation``.
  let table: [UInt32]
  /// The normalisation as the kernels do it; nil where the table has to be read.
  let scaling: cpixels_scaling?

  /// Prepares a tail for the instructions that were chosen for this machine.
  public init(_ tail: BatchTail) {
    self.init(tail, on: .chosen)
  }

  init(_ tail: BatchTail, on instructions: InstructionSet) {
    self.tail = tail
    kernels = instructions.kernels
    table = tail.normalisation
    scaling = kernels.flatMap { TailScaling.find(tail, kernels: $0) }
  }
}
