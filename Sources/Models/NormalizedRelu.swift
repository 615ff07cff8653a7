import Torch

/// Batch norm and ReLU.
///
/// Batch norm's backward pass does not read its output, so ReLU may take its memory.
func normalizedRelu(_ input: Tensor, _ norm: BatchNorm, _ training: Bool) throws -> Tensor {
  let output = try norm(input, training: training)
  try output.applyRelu()
  return output
}
