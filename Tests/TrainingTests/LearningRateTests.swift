import Testing
import Training

@Suite struct LearningRateTests {
  private func cosine(_ epoch: Int, _ step: Int, of epochs: Int, stepsPerEpoch: Int = 4) -> Double {
    LearningRateRule.cosine.rate(
      initial: 0.1, epoch: epoch, step: step, stepsPerEpoch: stepsPerEpoch, epochs: epochs)
  }

  // Eight steps in all; ½ · 0.1 · (1 + cos(k · 22.5°)) after k of them.
  @Test(arguments: [
    (0, 1, 0.0961939766255643), (0, 2, 0.0853553390593274), (0, 4, 0.05), (1, 2, 0.0146446609406726),
    (1, 3, 0.00380602337443566),
  ])
  func cosineHasKnownValues(epoch: Int, step: Int, rate: Double) {
    #expect(abs(cosine(epoch, step, of: 2) - rate) < 1e-15)
  }

  @Test(arguments: [(1, 1), (2, 4), (3, 7), (200, 31), (1800, 390)])
  func cosineEndsAtExactlyZeroAndFallsAllTheWay(epochs: Int, stepsPerEpoch: Int) {
    let rates = (0..<epochs).flatMap { epoch in
      (1...stepsPerEpoch).map { cosine(epoch, $0, of: epochs, stepsPerEpoch: stepsPerEpoch) }
    }
    #expect(rates.last == 0)
    #expect(rates.dropLast().allSatisfy { $0 > 0 && $0 < 0.1 })
    #expect(zip(rates, rates.dropFirst()).allSatisfy { $0 > $1 })
  }

  @Test(arguments: [
    (0, 1.0), (79, 1.0), (80, 0.1), (119, 0.1), (120, 0.01), (199, 0.01),
  ])
  func stepFallsAtEpochs80And120(epoch: Int, share: Double) {
    for step in [1, 7] {
      let rate = LearningRateRule.step.rate(
        initial: 0.4, epoch: epoch, step: step, stepsPerEpoch: 7, epochs: 200)
      #expect(abs(rate - 0.4 * share) < 1e-15)
    }
  }
}
