import Foundation
import TestSupport
import Testing
import Torch

@Suite struct MultiplyAddsCountTests {
  private func layers() throws -> (Convolution, Linear) {
    let variables = Variables(generator: try Generator(seed: 3))
    return (
      try Convolution(variables.root["conv"], inputs: 2, outputs: 5, kernel: 3, stride: 2),
      try Linear(variables.root["linear"], inputs: 5, outputs: 7)
    )
  }

  @Test func countsConvolutionsAndLinearLayersThatRun() throws {
    let (convolution, linear) = try layers()
    let images = try Tensor.full([4, 2, 6, 8], 0.5)
    let (features, count) = try countingMultiplyAdds { try convolution(images) }
    // 4 images, 5 outputs of 3 × 4 places, each a sum over 2 · 3 · 3 products.
    #expect(count == 4 * 5 * 3 * 4 * 18)
    #expect(try countingMultiplyAdds { try linear(features.globalAverage()) }.count == 4 * 7 * 5)
    #expect(try countingMultiplyAdds { try features + features }.count == 0)
  }

  @Test func theBackwardPassIsNotCounted() throws {
    let (convolution, _) = try layers()
    let loss = try convolution(Tensor.full([1, 2, 4, 4], 1)).sum()
    #expect(try countingMultiplyAdds { try loss.backward() }.count == 0)
  }

  @Test func everyThreadCountsForItself() throws {
    let inThread = Collected<Result<Int, any Error>>()
    let (_, count) = countingMultiplyAdds {
      let done = DispatchSemaphore(value: 0)
      let thread = Thread {
        inThread.add(
          Result { try countingMultiplyAdds { try layers().0(Tensor.full([1, 2, 4, 4], 1)) }.count })
        done.signal()
      }
      thread.start()
      done.wait()
    }
    // 5 outputs of 2 × 2 places, each a sum over 2 · 3 · 3 products.
    #expect(try inThread.all.map { try $0.get() } == [5 * 2 * 2 * 18])
    #expect(count == 0)
  }
}
