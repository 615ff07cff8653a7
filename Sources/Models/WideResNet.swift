import Torch

/// A wide residual network in the variant that PBA and AutoAugment trained (not Zagoruyko and Komodakis's).
///
/// A 3×3 convolution to 16 channels; three groups of (depth − 4) / 6 blocks with 16, 32 and 64 times `width` channels
/// and strides 1, 2, 2; batch norm, ReLU, global mean, linear. Shortcuts have no weights: they are mean-pooled and their
/// channels padded with zeros; where the stride does not divide a side, the last tile is the mean of what is there. Each
/// group's input, and at the end the first convolution's output, is added once more.
/// Source: Ho et al., "Population Based Augmentation", ICML 2019, and its published code.
public struct WideResNet: Classifier {
  let stem: Convolution
  let groups: [[Block]]
  let lastNorm: BatchNorm
  let head: Linear

  /// Builds the layers in the scope.
  public init(_ scope: Scope, depth: Int, width: Int, classes: Int) throws {
    let widths = [16, 16 * width, 32 * width, 64 * width]
    stem = try Convolution(scope["conv"], inputs: 3, outputs: 16, kernel: 3)
    groups = try (1...3).map { group in
      try (0..<(depth - 4) / 6).map { block in
        try Block(
          scope["group\(group)"]["block\(block)"],
          inputs: block == 0 ? widths[group - 1] : widths[group], outputs: widths[group],
          stride: block == 0 && group > 1 ? 2 : 1,
          sharesActivation: group == 1 && block == 0)
      }
    }
    lastNorm = try BatchNorm(scope["bn"], channels: widths[3])
    head = try Linear(scope[Network.lastLayer], inputs: widths[3], outputs: classes)
  }

  /// The scores [N,classes] of images [N,3,H,W].
  public func logits(_ images: Tensor, _ mode: Mode) throws -> Tensor {
    let training = mode.isTraining
    let first = try stem(images)
    var output = first
    // A convolution's backward pass does not read its output, so sums may take its memory.
    for (index, group) in groups.enumerated() {
      let input = output
      for block in group { output = try block(output, training: training) }
      try output.add(shortcut(input, channels: output.shape[1], stride: index == 0 ? 1 : 2))
    }
    try output.add(shortcut(first, channels: output.shape[1], stride: 4))
    return try head(lastNorm.rectified(output, training: training).globalAverage())
  }

  /// Batch norm, ReLU, convolution, twice, plus the shortcut.
  struct Block {
    let norm1: BatchNorm
    let conv1: Convolution
    let norm2: BatchNorm
    let conv2: Convolution
    let stride: Int
    /// The very first block takes its shortcut after the first batch norm and ReLU.
    let sharesActivation: Bool

    init(_ scope: Scope, inputs: Int, outputs: Int, stride: Int, sharesActivation: Bool) throws {
      norm1 = try BatchNorm(scope["bn1"], channels: inputs)
      conv1 = try Convolution(scope["conv1"], inputs: inputs, outputs: outputs, kernel: 3, stride: stride)
      norm2 = try BatchNorm(scope["bn2"], channels: outputs)
      conv2 = try Convolution(scope["conv2"], inputs: outputs, outputs: outputs, kernel: 3)
      self.stride = stride
      self.sharesActivation = sharesActivation
    }

    func callAsFunction(_ input: Tensor, training: Bool) throws -> Tensor {
      let base: Tensor
      let inner: Tensor
      if sharesActivation {
        base = try norm1.rectified(input, training: training)
        inner = try conv1(base)
      } else {
        base = input
        inner = try conv1(rectifying: input, by: norm1, training: training)
      }
      return try conv2(
        rectifying: inner, by: norm2, training: training,
        adding: shortcut(base, channels: inner.shape[1], stride: stride))
    }
  }
}

/// `input` without weights in an output's shape: pooled by the stride, channels padded half before and half after.
private func shortcut(_ input: Tensor, channels: Int, stride: Int) throws -> Tensor {
  let pooled = stride == 1 ? input : try input.averagePooled(stride, partialTiles: true)
  let missing = channels - input.shape[1]
  if missing == 0 { return pooled }
  return try pooled.padded([(0, 0), (0, 0), (missing / 2, missing - missing / 2)])
}

extension ModelFamily {
  /// `wrn_D_K`: depth D (6n + 4) and width K.
  static let wideResNet = ModelFamily(
    pattern: "wrn_D_K (Wide-ResNet, depth D = 6n + 4, width K; for example wrn_40_2)"
  ) { name in
    let parts = name.split(separator: "_", omittingEmptySubsequences: false)
    guard parts.first == "wrn" else { return nil }
    guard parts.count == 3, let depth = Int(parts[1]), let width = Int(parts[2]) else {
      throw ModelError(
        "'\(name)' is not a wide residual network's name: expected wrn_D_K, for example wrn_40_2")
    }
    guard (10...1000).contains(depth), depth % 6 == 4 else {
      let near = (min(max(depth, 10), 1000) - 1) / 6 * 6 + 4
      throw ModelError(
        "'\(name)' has the depth \(depth); a wide residual network's is 6n + 4 from 10 on, such as \(near)")
    }
    guard (1...64).contains(width) else {
      throw ModelError("'\(name)' has the width \(width); expected 1 to 64")
    }
    return ModelSpec(name: name) { scope, classes in
      try WideResNet(scope, depth: depth, width: width, classes: classes)
    }
  }
}
