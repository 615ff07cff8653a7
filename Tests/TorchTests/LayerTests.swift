import Testing
import Torch

@Suite struct LayerTests {
  /// A convolution by its definition, "SAME" padding, one image [C,H,W], kernel [O,C,K,K].
  func plainConvolution(
    _ image: [Double], _ channels: Int, _ height: Int, _ width: Int, _ kernel: [Double], _ outputs: Int,
    _ size: Int,
    _ stride: Int
  ) -> [Double] {
    func before(_ side: Int) -> Int { max(((side + stride - 1) / stride - 1) * stride + size - side, 0) / 2 }
    let (rows, columns) = ((height + stride - 1) / stride, (width + stride - 1) / stride)
    var result: [Double] = []
    for output in 0..<outputs {
      for row in 0..<rows {
        for column in 0..<columns {
          var sum = 0.0
          for channel in 0..<channels {
            for i in 0..<size {
              for j in 0..<size {
                let (y, x) = (row * stride + i - before(height), column * stride + j - before(width))
                guard (0..<height).contains(y), (0..<width).contains(x) else { continue }
                sum +=
                  image[(channel * height + y) * width + x]
                  * kernel[((output * channels + channel) * size + i) * size + j]
              }
            }
          }
          result.append(sum)
        }
      }
    }
    return result
  }

  @Test(arguments: [(4, 4, 1), (4, 4, 2), (5, 5, 2), (6, 4, 2), (7, 5, 2), (5, 4, 2), (3, 3, 1)])
  func convolutionPadsAsSame(height: Int, width: Int, stride: Int) throws {
    let variables = Variables(generator: try Generator(seed: 3), dataType: .float64)
    let layer = try Convolution(variables.root["conv"], inputs: 2, outputs: 3, kernel: 3, stride: stride)
    let values = (0..<(2 * height * width)).map { Double(($0 * 7919) % 23) / 7 - 1 }
    let output = try layer(Tensor(values, shape: [1, 2, height, width]))
    let expected = plainConvolution(
      values, 2, height, width, try layer.weight.elements(Double.self), 3, 3, stride)
    #expect(output.shape == [1, 3, (height + stride - 1) / stride, (width + stride - 1) / stride])
    let found = try output.elements(Double.self)
    for (a, b) in zip(found, expected) { #expect(abs(a - b) < 1e-9) }
  }

  @Test func batchNormFollowsItsDefinition() throws {
    let variables = Variables(generator: try Generator(seed: 0), dataType: .float64)
    let layer = try BatchNorm(variables.root["bn"], channels: 1)
    let values: [Double] = [1, 2, 3, 6]
    let (mean, variance) = (3.0, 3.5)
    let output = try layer(Tensor(values, shape: [2, 1, 1, 2]), training: true).elements(Double.self)
    for (found, value) in zip(output, values) {
      #expect(abs(found - (value - mean) / (variance + 1e-5).squareRoot()) < 1e-9)
    }
    let statistics = try variables.buffers.map { try $0.tensor.item() }
    #expect(abs(statistics[0] - 0.1 * mean) < 1e-12)
    // The running variance moves towards the unbiased one.
    #expect(abs(statistics[1] - (0.9 + 0.1 * variance * 4 / 3)) < 1e-12)
    #expect(variables.buffers.map(\.name) == ["bn.running_mean", "bn.running_var"])
  }

  @Test func initialWeightsHaveTheirDeviation() throws {
    let variables = Variables(generator: try Generator(seed: 11))
    let convolution = try Convolution(variables.root["conv"], inputs: 64, outputs: 32, kernel: 3)
    let weights = try convolution.weight.elements(Float.self).map(Double.init)
    let mean = weights.reduce(0, +) / Double(weights.count)
    let deviation = (weights.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(weights.count))
      .squareRoot()
    let expected = (2.0 / (9 * 32)).squareRoot()
    #expect(abs(mean) < 5 * expected / Double(weights.count).squareRoot())
    #expect(abs(deviation / expected - 1) < 5 / Double(2 * weights.count).squareRoot())
    _ = try Linear(variables.root["linear"], inputs: 50, outputs: 16)
    let linear = try #require(variables.parameters.first { $0.name == "linear.weight" })
    let extremes = try linear.tensor.elements(Float.self)
    #expect(extremes.allSatisfy { abs($0) <= 0.25 } && extremes.contains { abs($0) > 0.2 })
  }

  @Test func flatteningKeepsValuesAndSharesMemory() throws {
    let variables = Variables(generator: try Generator(seed: 5))
    let convolution = try Convolution(variables.root["conv"], inputs: 2, outputs: 3, kernel: 3)
    let linear = try Linear(variables.root["linear"], inputs: 4, outputs: 2)
    _ = linear
    let before = try variables.parameters.map { try $0.tensor.elements(Float.self) }
    try variables.flatten()
    #expect(try variables.parameters.map { try $0.tensor.elements(Float.self) } == before)
    #expect(convolution.weight.strides == [18, 1, 6, 2])
    let flat = try #require(variables.flatParameters)
    #expect(flat.count == variables.parameterCount)
    try withoutGradients { try flat.fill(2) }
    #expect(try convolution.weight.elements(Float.self).allSatisfy { $0 == 2 })
    let gradients = try #require(variables.flatGradients)
    try convolution(Tensor.full([1, 2, 4, 4], 1)).sum().backward()
    #expect(try gradients.narrowed(0, start: 0, length: 54).sum().item() > 0)
    #expect(try gradients.narrowed(0, start: 54, length: flat.count - 54).norm().item() == 0)
  }
}
