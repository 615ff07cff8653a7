import Torch

/// A 26-layer residual network with two branches a block, mixed at random in training.
///
/// A 3×3 convolution to 16 channels and batch norm; three stages of four blocks with `width`, 2 · `width` and
/// 4 · `width` channels and strides 1, 2, 2; ReLU, global mean, linear. Every image draws its own shares of the two
/// branches, and other shares for the gradient. The shares are two uniform numbers divided by their sum.
/// Source: Gastaldi, "Shake-Shake regularization", 2017, in the variant that PBA and AutoAugment trained.
public struct ShakeShake: Classifier {
  let stem: Convolution
  let stemNorm: BatchNorm
  let blocks: [Block]
  let head: Linear

  /// True: each step draws the factors of its random branches on the host.
  public var drawsInTraining: Bool { true }

  /// Builds the layers in the scope; `width` is even.
  public init(_ scope: Scope, width: Int, classes: Int) throws {
    let widths = [16, width, 2 * width, 4 * width]
    stem = try Convolution(scope["conv"], inputs: 3, outputs: 16, kernel: 3)
    stemNorm = try BatchNorm(scope["bn"], channels: 16)
    blocks = try (1...3).flatMap { stage in
      try (0..<4).map { block in
        try Block(
          scope["stage\(stage)"]["block\(block)"],
          inputs: block == 0 ? widths[stage - 1] : widths[stage], outputs: widths[stage],
          stride: block == 0 && stage > 1 ? 2 : 1)
      }
    }
    head = try Linear(scope[Network.lastLayer], inputs: widths[3], outputs: classes)
  }

  /// The scores [N,classes] of images [N,3,H,W].
  public func logits(_ images: Tensor, _ mode: Mode) throws -> Tensor {
    let shares: PlacedBranchFactors? =
      switch mode {
      case .evaluation: nil
      case .training(let generator):
        try Self.shares(blocks: blocks.count, images: images.shape[0], generator).placed(on: images.device)
      }
    var output = try stemNorm(stem(images), training: mode.isTraining)
    for (index, block) in blocks.enumerated() {
      output = try block(output, shares: shares, firstBranch: 2 * index)
    }
    try output.applyRelu()
    return try head(output.globalAverage())
  }

  /// Draws the shares of both branches of every block: four numbers a block and image, forward's two first.
  package static func shares(blocks: Int, images: Int, _ generator: Generator) throws -> BranchFactors {
    let numbers = try generator.uniforms(blocks * 4 * images)
    func share(_ place: Int, besides other: Int) -> Float {
      let total = numbers[place] + numbers[other]
      // Two zeros are possible, if hardly ever.
      return total > 0 ? numbers[place] / total : 0.5
    }
    var factors = BranchFactors(branches: 2 * blocks, images: images)
    for block in 0..<blocks {
      let rows = (0..<4).map { (4 * block + $0) * images }
      for branch in 0..<2 {
        for image in 0..<images {
          factors.append(
            forward: share(rows[branch] + image, besides: rows[1 - branch] + image),
            backward: share(rows[2 + branch] + image, besides: rows[3 - branch] + image))
        }
      }
    }
    return factors
  }

  /// The skip path plus two branches.
  struct Block {
    let branches: [Branch]
    /// Nil where the input already has the shape of the output.
    let skip: Skip?

    init(_ scope: Scope, inputs: Int, outputs: Int, stride: Int) throws {
      branches = try (0..<2).map {
        try Branch(scope["branch\($0)"], inputs: inputs, outputs: outputs, stride: stride)
      }
      skip =
        inputs == outputs
        ? nil : try Skip(scope["skip"], inputs: inputs, outputs: outputs, stride: stride)
    }

    /// Without shares, each branch counts half.
    func callAsFunction(_ input: Tensor, shares: PlacedBranchFactors?, firstBranch: Int) throws -> Tensor {
      let training = shares != nil
      let activated = try input.relu()
      var output = try skip?(input, training: training) ?? input
      // A batch norm's backward pass does not read its output, so the sum may take its memory.
      for (index, branch) in branches.enumerated() {
        let result = try branch(activated, training: training)
        if let shares {
          try shares.mix(result, number: firstBranch + index, into: output)
        } else {
          try result.multiply(by: 0.5)
          try result.add(output)
        }
        output = result
      }
      return output
    }
  }

  /// Convolution, batch norm, ReLU, convolution, batch norm, of an input after its ReLU.
  struct Branch {
    let conv1: Convolution
    let norm1: BatchNorm
    let conv2: Convolution
    let norm2: BatchNorm

    init(_ scope: Scope, inputs: Int, outputs: Int, stride: Int) throws {
      conv1 = try Convolution(scope["conv1"], inputs: inputs, outputs: outputs, kernel: 3, stride: stride)
      norm1 = try BatchNorm(scope["bn1"], channels: outputs)
      conv2 = try Convolution(scope["conv2"], inputs: outputs, outputs: outputs, kernel: 3)
      norm2 = try BatchNorm(scope["bn2"], channels: outputs)
    }

    func callAsFunction(_ activated: Tensor, training: Bool) throws -> Tensor {
      try norm2(conv2(rectifying: conv1(activated), by: norm1, training: training), training: training)
    }
  }

  /// Half of the channels from every `stride`-th pixel, half from its lower right neighbour, then batch norm.
  struct Skip {
    let conv1: Convolution
    let conv2: Convolution
    let norm: BatchNorm

    init(_ scope: Scope, inputs: Int, outputs: Int, stride: Int) throws {
      conv1 = try Convolution(
        scope["conv1"], inputs: inputs, outputs: outputs / 2, kernel: 1, stride: stride)
      conv2 = try Convolution(
        scope["conv2"], inputs: inputs, outputs: outputs / 2, kernel: 1, stride: stride)
      norm = try BatchNorm(scope["bn"], channels: outputs)
    }

    func callAsFunction(_ input: Tensor, training: Bool) throws -> Tensor {
      let shifted = try input.padded([(-1, 1), (-1, 1)])
      return try norm(
        Tensor.concatenated([conv1(input), conv2(shifted)], dimension: 1), training: training)
    }
  }
}

extension ModelFamily {
  /// `ss_W`: first width W.
  static let shakeShake = ModelFamily(
    pattern: "ss_W (Shake-Shake 26 2×Wd, W even; published: ss_32, ss_96, ss_112)"
  ) { name in
    let parts = name.split(separator: "_", omittingEmptySubsequences: false)
    guard parts.first == "ss" else { return nil }
    guard parts.count == 2, let width = Int(parts[1]) else {
      throw ModelError("'\(name)' is not a Shake-Shake network's name: expected ss_W, for example ss_32")
    }
    guard (2...1024).contains(width), width.isMultiple(of: 2) else {
      throw ModelError("'\(name)' has the width \(width); expected an even number from 2 to 1024")
    }
    return ModelSpec(name: name) { scope, classes in
      try ShakeShake(scope, width: width, classes: classes)
    }
  }
}
