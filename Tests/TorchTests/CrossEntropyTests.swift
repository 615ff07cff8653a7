import Foundation
import Testing
import Torch

/// The loss with weights of classes and smoothed labels, held against its definition, computed here in double precision.
@Suite struct CrossEntropyTests {
  private static let (images, classes) = (6, 4)
  private let logits = (0..<6 * 4).map { Foundation.sin(Double($0) * 1.7) * 3 }
  private let labels = [0, 3, 1, 1, 2, 0]
  private let weights = [0.5, 2, 1.25, 4]

  /// The loss and its gradient by the logits.
  private func expected(_ weights: [Double], _ smoothing: Double) -> (loss: Double, gradient: [Double]) {
    let (count, classes) = (Self.images, Self.classes)
    let total = labels.reduce(0) { $0 + weights[$1] }
    var loss = 0.0
    var gradient: [Double] = []
    for image in 0..<count {
      let row = logits[image * classes..<(image + 1) * classes].map { $0 }
      let sum = row.reduce(0) { $0 + exp($1) }
      // What each class's negative logarithm counts.
      let shares = (0..<classes).map { label in
        (label == labels[image] ? (1 - smoothing) * weights[label] : 0)
          + smoothing / Double(classes) * weights[label]
      }
      for (share, logit) in zip(shares, row) { loss += share * (Foundation.log(sum) - logit) / total }
      let all = shares.reduce(0, +)
      for (share, logit) in zip(shares, row) { gradient.append((all * exp(logit) / sum - share) / total) }
    }
    return (loss, gradient)
  }

  private func measured(
    _ type: DataType, _ loss: (Tensor, Tensor) throws -> Tensor
  ) throws -> (loss: Double, gradient: [Double]) {
    let scores = try Tensor(logits, shape: [Self.images, Self.classes]).converted(to: type)
    try scores.setRequiresGradient(true)
    let value = try loss(scores, Tensor(labels.map(Int64.init), shape: [Self.images]))
    try value.backward()
    let gradient = try #require(try scores.gradient()).converted(to: .float64)
    return (try value.detached().item(), try gradient.elements(Double.self))
  }

  @Test(arguments: [0.0, 0.1, 0.9], [true, false])
  func weightsAndSmoothingAreAsDefined(smoothing: Double, isWeighted: Bool) throws {
    let (loss, gradient) = expected(isWeighted ? weights : [1, 1, 1, 1], smoothing)
    for (type, tolerance) in [(DataType.float64, 1e-12), (.float32, 1e-5)] {
      let factors = try isWeighted ? Tensor(weights.map(Float.init), shape: [4]) : nil
      let found = try measured(type) { try $0.crossEntropy($1, weights: factors, smoothing: smoothing) }
      #expect(abs(found.loss - loss) < tolerance)
      #expect(zip(found.gradient, gradient).allSatisfy { abs($0 - $1) < tolerance })
    }
  }

  @Test func withoutEitherItIsThePlainLossToTheBit() throws {
    let plain = try measured(.float32) { try $0.crossEntropy($1) }
    let same = try measured(.float32) { try $0.crossEntropy($1, weights: nil, smoothing: 0) }
    #expect(plain.loss == same.loss && plain.gradient == same.gradient)
    #expect(abs(plain.loss - expected([1, 1, 1, 1], 0).loss) < 1e-5)
  }

  @Test func reducedPrecisionIsWidenedFirst() throws {
    let factors = try Tensor(weights.map(Float.init), shape: [4])
    let found = try measured(.bfloat16) { try $0.crossEntropy($1, weights: factors, smoothing: 0.1) }
    #expect(abs(found.loss - expected(weights, 0.1).loss) < 0.03)
  }
}
