import Datasets
import Files
import Foundation
import Images
import TestSupport
import Testing
import Torch
import Training

@Suite struct PredictionTests {
  private let data = toyData()

  /// A network that has learnt the patterns.
  private func checkpoint(_ change: (inout Recipe) -> Void = { _ in }) throws -> Data {
    let trainer = try Trainer(recipe: toyRecipe(change), data: data)
    for _ in 0..<4 { _ = try trainer.trainEpoch(.none) }
    return try trainer.checkpoint()
  }

  @Test func predictsWhatTheEvaluationCounts() throws {
    let file = try checkpoint()
    let predictor = try Predictor(file, name: "c")
    let predictions = try predictor.predict(data.test.images)
    let result = try Trainer.evaluating(file, name: "c", on: data, threads: 1, device: .cpu) { $0.test }
    var confusion = ConfusionMatrix(classNames: data.classNames)
    var loss = 0.0
    for (label, prediction) in zip(data.test.labels, predictions) {
      #expect(abs(prediction.probabilities.reduce(0, +) - 1) < 1e-12)
      confusion.add(label: Int(label), prediction: prediction.top(1)[0])
      loss -= log(prediction.probabilities[Int(label)])
    }
    #expect(confusion == result.confusion)
    #expect(confusion.accuracy == result.overall.accuracy)
    #expect(abs(loss / Double(data.test.count) - result.overall.loss) < 1e-5)
    // The patterns are easy, so a network that is not the checkpoint's would be seen.
    #expect(result.overall.accuracy > 0.9)
  }

  @Test(arguments: [
    ("wrn_10_1", Precision.fp32, 1), ("wrn_10_1", .fp32, 2), ("wrn_10_1", .bf16, 1), ("ss_2", .fp32, 1),
    ("pyramid_net_11_6", .fp32, 1),
  ])
  func anImagesPredictionDoesNotDependOnTheOthers(model: String, precision: Precision, threads: Int) throws {
    let file = try checkpoint {
      $0.model = model
      $0.precision = precision
    }
    let predictor = try Predictor(file, name: "c", threads: threads)
    let images = patternedImages(300, seed: 7).images
    func part(_ places: [Int]) -> ImageStack {
      ImageStack(
        count: places.count, height: 8, width: 8,
        pixels: places.flatMap { Array(images.pixels[$0 * images.imageSize..<($0 + 1) * images.imageSize]) })
    }
    let all = try predictor.predict(images)
    for count in [1, 2, 3, 5, 8, 17, 64, 65] {
      let places = (0..<count).map { ($0 * 7 + count) % 300 }
      let some = try predictor.predict(part(places))
      #expect(some == places.map { all[$0] }, "\(count) images")
    }
  }
}
