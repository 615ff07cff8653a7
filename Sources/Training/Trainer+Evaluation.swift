import Augmentation
import Datasets
import Images
import Models
import Torch

/// The result of an evaluation, class by class.
public struct ClassEvaluation: Hashable, Sendable {
  /// Over all images.
  public let overall: Evaluation
  /// Which classes were taken for which.
  public let confusion: ConfusionMatrix
}

/// The result of an evaluation.
public struct Evaluation: Codable, Hashable, Sendable {
  /// The share of images that were classified correctly, in 0...1.
  public var accuracy: Double
  /// The mean cross-entropy.
  public var loss: Double
  /// How many images there were.
  public var images: Int
}

extension Trainer {
  /// Evaluates the network as it is on images that are only normalised.
  ///
  /// - Parameters:
  ///   - split: the images and labels.
  ///   - onBatch: called after every batch with the number of its images; what it throws ends the evaluation.
  /// - Returns: loss and accuracy; loss is the mean over the images.
  /// - Throws: ``TrainingError/notFiniteEvaluation(loss:)`` if the network has diverged.
  public func evaluate(
    _ split: LabeledImages, onBatch: (_ images: Int) throws -> Void = { _ in }
  ) throws -> Evaluation {
    try evaluate(split, onBatch: onBatch, onScores: nil)
  }

  /// As above, and counts which classes were taken for which.
  public func evaluateByClass(_ split: LabeledImages) throws -> ClassEvaluation {
    var confusion = ConfusionMatrix(classNames: data.classNames)
    let count = data.classNames.count
    let overall = try evaluate(split, onBatch: { _ in }) { range, scores in
      let numbers = try scores.converted(to: .float32).elements(Float.self)
      for (place, image) in range.enumerated() {
        let classes = place * count..<(place + 1) * count
        // Of equal scores the first counts, as in the accuracy.
        let highest = classes.max { (numbers[$0], -$0) < (numbers[$1], -$1) }
        confusion.add(
          label: Int(split.labels[image]), prediction: (highest ?? classes.lowerBound) - classes.lowerBound)
      }
    }
    return ClassEvaluation(overall: overall, confusion: confusion)
  }

  /// The network's scores of the classes for some images, which are only normalised: image by image, each class by class.
  func scores(of images: ImageStack, _ samples: [Int]) throws -> [Float] {
    try onQueue {
      try Runtime.setThreads(recipe.threads)
      return try withoutGradients {
        let batch = try normalised(samples[...], of: images)
        let scores = try withPrecision(recipe.precision, on: device) {
          try network.model.logits(batch, .evaluation)
        }
        return try scores.converted(to: .float32).elements(Float.self)
      }
    }
  }

  private func evaluate(
    _ split: LabeledImages, onBatch: (_ images: Int) throws -> Void,
    onScores: ((_ images: Range<Int>, _ scores: Tensor) throws -> Void)?
  ) throws -> Evaluation {
    let images = split.images
    let order = Array(0..<images.count)
    return try evaluate(
      count: images.count, batchSize: evaluationBatchSize(images.height, images.width), onBatch: onBatch,
      onScores: onScores
    ) { range in
      let samples = order[range]
      return (try normalised(samples, of: images), try labels(of: split, samples).moved(to: device))
    }
  }

  /// A batch of images that are only normalised, where the network is.
  private func normalised(_ samples: ArraySlice<Int>, of images: ImageStack) throws -> Tensor {
    let batch = try Tensor.empty([samples.count, 3, images.height, images.width], channelsLast: true)
    try batch.withUnsafeMutableElements(of: Float.self) {
      BatchAugmenter(program: .none, tail: evaluationTail, seed: 0, trial: 0)
        .write(samples: samples, of: images, epoch: 0, into: $0, threads: recipe.threads)
    }
    return try batch.moved(to: device)
  }

  /// Evaluates the network on images that the device holds.
  package func evaluate(
    _ images: ResidentImages, onBatch: (_ images: Int) throws -> Void = { _ in }
  ) throws -> Evaluation {
    try evaluate(
      count: images.count, batchSize: evaluationBatchSize(images.height, images.width), onBatch: onBatch
    ) { try images.batch($0) }
  }

  private func evaluate(
    count: Int, batchSize: Int, onBatch: (_ images: Int) throws -> Void,
    onScores: ((_ images: Range<Int>, _ scores: Tensor) throws -> Void)? = nil,
    batch: (Range<Int>) throws -> (images: Tensor, labels: Tensor)
  ) throws -> Evaluation {
    try onQueue {
      try Runtime.setThreads(recipe.threads)
      let correct = try Tensor.zeros([1], .int64, on: device)
      let total = try Tensor.zeros([], .float64, on: device)
      try withoutGradients {
        for start in stride(from: 0, to: count, by: batchSize) {
          let range = start..<min(start + batchSize, count)
          let (input, labels) = try batch(range)
          try withPrecision(recipe.precision, on: device) {
            let logits = try network.model.logits(input, .evaluation)
            try correct.add(logits.countCorrect(labels))
            try total.add(logits.crossEntropy(labels).converted(to: .float64), scaledBy: Double(range.count))
            try onScores?(range, logits)
          }
          try onBatch(range.count)
        }
      }
      let share = Double(max(count, 1))
      let loss = try total.item() / share
      guard loss.isFinite else { throw TrainingError.notFiniteEvaluation(loss: loss) }
      return Evaluation(accuracy: try correct.item() / share, loss: loss, images: count)
    }
  }

  /// Images of one evaluation batch; large enough to keep convolutions busy, small enough to stay in the cache.
  public static let evaluationBatchSize = 250

  /// The same wherever the images are, since the bits of a batch may depend on its size.
  private func evaluationBatchSize(_ height: Int, _ width: Int) -> Int {
    queue == nil ? Self.evaluationBatchSize : Self.deviceEvaluationBatchSize(height: height, width: width)
  }

  /// Images of one evaluation batch on a device: enough to fill it, and no more pixels where images are larger.
  package static func deviceEvaluationBatchSize(height: Int, width: Int) -> Int {
    max(1, 1000 * 32 * 32 / max(height * width, 1))
  }

  /// How images become numbers for an evaluation: they are only normalised.
  package var evaluationTail: BatchTail {
    BatchTail(
      cropPadding: 0, flip: false, cutout: 0, mean: data.statistics.mean,
      standardDeviation: data.statistics.standardDeviation, layout: .nhwc)
  }
}
