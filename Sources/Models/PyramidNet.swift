import Torch

/// A pyramidal residual network of bottleneck blocks whose branches are dropped or scaled at random in training.
///
/// A 3×3 convolution to 16 channels and batch norm; three stages of (depth − 2) / 9 blocks, the second and third
/// beginning with stride 2, whose width grows evenly from 16 by `growth` in all; batch norm, ReLU, global mean, linear.
/// Shortcuts have no weights: they are mean-pooled and new channels are zeros.
/// Sources: Han et al., "Deep Pyramidal Residual Networks", CVPR 2017; Yamada et al., "ShakeDrop Regularization", 2018;
/// in the variant that PBA and AutoAugment trained.
public struct PyramidNet: Classifier {
  let stem: Convolution
  let stemNorm: BatchNorm
  let blocks: [Block]
  let lastNorm: BatchNorm
  let head: Linear

  /// True: each step draws the factors of its random branches on the host.
  public var drawsInTraining: Bool { true }

  /// Builds the layers in the scope.
  public init(_ scope: Scope, depth: Int, growth: Int, classes: Int) throws {
    let blocksPerStage = (depth - 2) / 9
    let widths = Self.widths(blocks: 3 * blocksPerStage, growth: growth)
    stem = try Convolution(scope["conv"], inputs: 3, outputs: 16, kernel: 3)
    stemNorm = try BatchNorm(scope["bn"], channels: 16)
    blocks = try widths.indices.map { index in
      let (stage, block) = index.quotientAndRemainder(dividingBy: blocksPerStage)
      return try Block(
        scope["stage\(stage + 1)"]["block\(block)"],
        inputs: index == 0 ? 16 : Block.expansion * widths[index - 1], width: widths[index],
        stride: block == 0 && stage > 0 ? 2 : 1)
    }
    let outputs = Block.expansion * (widths.last ?? 16)
    lastNorm = try BatchNorm(scope["lastBn"], channels: outputs)
    head = try Linear(scope[Network.lastLayer], inputs: outputs, outputs: classes)
  }

  /// The width of every block: 16 + `growth` · block / blocks, to the nearest whole number.
  package static func widths(blocks: Int, growth: Int) -> [Int] {
    guard blocks > 0 else { return [] }
    return (1...blocks).map { 16 + (2 * growth * $0 + blocks) / (2 * blocks) }
  }

  /// The scores [N,classes] of images [N,3,H,W].
  public func logits(_ images: Tensor, _ mode: Mode) throws -> Tensor {
    let shakeDrop = ShakeDrop(blocks: blocks.count)
    let factors: PlacedBranchFactors? =
      switch mode {
      case .evaluation: nil
      case .training(let generator):
        try shakeDrop.factors(images: images.shape[0], generator).placed(on: images.device)
      }
    var output = try stemNorm(stem(images), training: mode.isTraining)
    for (index, block) in blocks.enumerated() {
      let shortcut = try block.shortcut(output)
      let branch = try block.branch(output, training: mode.isTraining)
      // A batch norm's backward pass does not read its output, so the sum may take its memory.
      if let factors {
        try factors.mix(branch, number: index, into: shortcut)
      } else {
        try branch.multiply(by: shakeDrop.survival(ofBlock: index))
        try branch.add(shortcut)
      }
      output = branch
    }
    return try head(lastNorm.rectified(output, training: mode.isTraining).globalAverage())
  }

  /// A bottleneck: 1×1, 3×3 and 1×1 convolution, batch norm around each, ReLU before the second and third.
  struct Block {
    /// Output channels for each channel inside.
    static let expansion = 4

    let norm1: BatchNorm
    let conv1: Convolution
    let norm2: BatchNorm
    let conv2: Convolution
    let norm3: BatchNorm
    let conv3: Convolution
    let norm4: BatchNorm
    let stride: Int
    let newChannels: Int

    init(_ scope: Scope, inputs: Int, width: Int, stride: Int) throws {
      let outputs = Self.expansion * width
      norm1 = try BatchNorm(scope["bn1"], channels: inputs)
      conv1 = try Convolution(scope["conv1"], inputs: inputs, outputs: width, kernel: 1)
      norm2 = try BatchNorm(scope["bn2"], channels: width)
      conv2 = try Convolution(scope["conv2"], inputs: width, outputs: width, kernel: 3, stride: stride)
      norm3 = try BatchNorm(scope["bn3"], channels: width)
      conv3 = try Convolution(scope["conv3"], inputs: width, outputs: outputs, kernel: 1)
      norm4 = try BatchNorm(scope["bn4"], channels: outputs)
      self.stride = stride
      newChannels = outputs - inputs
    }

    func branch(_ input: Tensor, training: Bool) throws -> Tensor {
      let reduced = try conv1(norm1(input, training: training))
      let filtered = try conv2(rectifying: reduced, by: norm2, training: training)
      return try norm4(conv3(rectifying: filtered, by: norm3, training: training), training: training)
    }

    func shortcut(_ input: Tensor) throws -> Tensor {
      let pooled = stride == 1 ? input : try input.averagePooled(stride, partialTiles: true)
      return newChannels == 0 ? pooled : try pooled.padded([(0, 0), (0, 0), (0, newChannels)])
    }
  }
}

/// Stochastic depth whose dropped branches still count, by a random factor (Yamada et al., 2018).
package struct ShakeDrop {
  let blocks: Int

  /// The rule for a network with so many residual blocks.
  package init(blocks: Int) {
    self.blocks = blocks
  }

  /// The probability that the branch of a block (from 0) is left as it is, falling evenly to a half at the last.
  ///
  /// It is also the branch's expected factor: a dropped branch has the factor 0 on average.
  package func survival(ofBlock index: Int) -> Double { 1 - 0.5 * Double(index + 1) / Double(blocks) }

  /// Draws for every block and image: 1 where the branch survives, otherwise uniform in [−1, 1) forward and in [0, 1)
  /// backward.
  package func factors(images: Int, _ generator: Generator) throws -> BranchFactors {
    let numbers = try generator.uniforms(blocks * 3 * images)
    var factors = BranchFactors(branches: blocks, images: images)
    for block in 0..<blocks {
      let survival = Float(survival(ofBlock: block))
      let first = 3 * block * images
      for place in first..<(first + images) {
        let survives = numbers[place] < survival
        factors.append(
          forward: survives ? 1 : 2 * numbers[place + images] - 1,
          backward: survives ? 1 : numbers[place + 2 * images])
      }
    }
    return factors
  }
}

extension ModelFamily {
  /// `pyramid_net`, or `pyramid_net_D_G`: depth D (9n + 2) and growth G.
  static let pyramidNet = ModelFamily(
    pattern: "pyramid_net (PyramidNet with ShakeDrop, 272 layers, widths growing by 200), or pyramid_net_D_G"
      + " (depth D = 9n + 2, growth G)"
  ) { name in
    let parts = name.split(separator: "_", omittingEmptySubsequences: false)
    guard parts.count >= 2, parts[0] == "pyramid", parts[1] == "net" else { return nil }
    let numbers = parts.count == 2 ? [272, 200] : parts.dropFirst(2).compactMap { Int($0) }
    guard parts.count == 2 || parts.count == 4, numbers.count == 2 else {
      throw ModelError(
        "'\(name)' is not a pyramidal network's name: expected pyramid_net or pyramid_net_D_G, for example"
          + " pyramid_net_29_24")
    }
    let (depth, growth) = (numbers[0], numbers[1])
    guard (11...1991).contains(depth), depth % 9 == 2 else {
      let near = (min(max(depth, 11), 1991) + 2) / 9 * 9 + 2
      throw ModelError(
        "'\(name)' has the depth \(depth); a pyramidal network's is 9n + 2 from 11 on, such as \(near)")
    }
    guard (1...2000).contains(growth) else {
      throw ModelError("'\(name)' has the growth \(growth); expected 1 to 2000")
    }
    return ModelSpec(name: name) { scope, classes in
      try PyramidNet(scope, depth: depth, growth: growth, classes: classes)
    }
  }
}
