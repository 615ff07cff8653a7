import Testing
import Torch

/// Convolutions of 1×1 with a stride, which oneDNN's own kernels do wrong where there are few input channels: with some sets
/// of instructions their gradients by the weights are not the sums, and they write outside their memory.
@Suite struct StridedPointwiseTests {
  struct Case: CustomStringConvertible {
    var images = 32
    var inputs = 4
    var outputs = 4
    var height = 28
    var width = 28
    var stride = 2
    var channelsLast = true
    var threads = 1
    var precision = Precision.fp32

    var description: String {
      "\(images)×\(inputs)×\(height)×\(width) to \(outputs), stride \(stride), \(channelsLast ? "channels last" : "rows"), "
        + "\(threads) threads, \(precision)"
    }
  }

  static let cases: [Case] =
    [1, 2, 3, 4, 5, 7, 8, 12, 15, 16, 17].flatMap { inputs in
      [1, 2].map { Case(inputs: inputs, outputs: inputs % 2 == 0 ? 8 : 4, threads: $0) }
    } + [
      Case(inputs: 4, outputs: 16, height: 64, width: 64),
      Case(inputs: 12, outputs: 16, height: 64, width: 64),
      Case(images: 5, inputs: 6, outputs: 3, height: 15, width: 13), Case(inputs: 4, stride: 3),
      Case(images: 3, inputs: 4, height: 1, width: 1), Case(inputs: 4, channelsLast: false),
      Case(images: 2, inputs: 32, outputs: 64, height: 9, width: 7),
      Case(inputs: 4, outputs: 8, precision: .bf16), Case(inputs: 16, outputs: 32, precision: .bf16),
    ]

  @Test(arguments: cases) func resultsAndGradientsAreTheSums(_ it: Case) throws {
    try Runtime.setThreads(it.threads)
    let variables = Variables(generator: try Generator(seed: 3))
    let layer = try Convolution(
      variables.root["conv"], inputs: it.inputs, outputs: it.outputs, kernel: 1, stride: it.stride)
    try variables.flatten()
    let (rows, columns) = ((it.height + it.stride - 1) / it.stride, (it.width + it.stride - 1) / it.stride)
    let input = try Tensor.empty(
      [it.images, it.inputs, it.height, it.width], channelsLast: it.channelsLast)
    let upper = try Tensor.empty([it.images, it.outputs, rows, columns], channelsLast: it.channelsLast)
    for (seed, tensor) in [input, upper].enumerated() {
      // Numbers of few digits, so that bfloat16 holds them.
      try tensor.fillUniform(-1...1, try Generator(seed: UInt64(seed)))
      let rounded = try tensor.converted(to: .bfloat16).converted(to: .float32)
      try tensor.copy(from: rounded)
    }
    try input.setRequiresGradient(true)
    let output = try withPrecision(it.precision, on: .cpu) { try layer(input).converted(to: .float32) }
    #expect(output.shape == upper.shape)
    if it.channelsLast && it.inputs > 1 && it.height > 1 { #expect(output.strides[1] == 1) }
    try (output * upper).sum().backward()
    let byInput = try #require(try input.gradient())
    if it.channelsLast && it.inputs > 1 && it.height > 1 { #expect(byInput.strides[1] == 1) }

    let (x, g) = (try input.elements(Float.self), try upper.elements(Float.self))
    let w = try layer.weight.elements(Float.self)
    var (y, gx) = ([Double](repeating: 0, count: g.count), [Double](repeating: 0, count: x.count))
    var gw = [Double](repeating: 0, count: w.count)
    for image in 0..<it.images {
      for o in 0..<it.outputs {
        for i in 0..<it.inputs {
          for row in 0..<rows {
            for column in 0..<columns {
              let from =
                ((image * it.inputs + i) * it.height + row * it.stride) * it.width + column * it.stride
              let to = ((image * it.outputs + o) * rows + row) * columns + column
              y[to] += Double(w[o * it.inputs + i]) * Double(x[from])
              gx[from] += Double(w[o * it.inputs + i]) * Double(g[to])
              gw[o * it.inputs + i] += Double(g[to]) * Double(x[from])
            }
          }
        }
      }
    }
    let tolerance = it.precision == .bf16 ? 2e-2 : 1e-5
    #expect(difference(try output.elements(Float.self), y) < tolerance)
    #expect(difference(try byInput.elements(Float.self), gx) < tolerance)
    #expect(difference(try #require(variables.flatGradients).elements(Float.self), gw) < tolerance)
  }

  /// The largest difference beside the largest value.
  private func difference(_ found: [Float], _ expected: [Double]) -> Double {
    guard found.count == expected.count, found.allSatisfy(\.isFinite) else { return .infinity }
    let largest = expected.map(abs).max() ?? 0
    return (zip(found, expected).map { abs(Double($0) - $1) }.max() ?? 0) / max(largest, 1e-30)
  }

  /// Backward passes between small pieces of memory that others own: none of these may change.
  @Test(arguments: [1, 2]) func nothingIsWrittenOutside(threads: Int) throws {
    try Runtime.setThreads(threads)
    for inputs in [2, 4, 6, 12] {
      let variables = Variables(generator: try Generator(seed: 0))
      let layer = try Convolution(variables.root["conv"], inputs: inputs, outputs: 8, kernel: 1, stride: 2)
      let input = try Tensor.empty([32, inputs, 28, 28], channelsLast: true)
      try input.fillUniform(-1...1, try Generator(seed: 1))
      var kept: [[UInt8]] = []
      for round in 0..<50 {
        kept += (1...40).map { [UInt8](repeating: UInt8(round), count: 24 * $0) }
        try layer(input).sum().backward()
        // Holes between the pieces, where the next pass finds its memory.
        kept = kept.enumerated().filter { $0.offset % 3 != 1 }.map(\.element)
      }
      for piece in kept { #expect(piece.allSatisfy { $0 == piece[0] }) }
    }
  }
}
