import Foundation
import Testing
import Torch

/// The kernels of this project beside libtorch's own operations, and beside each other.
@Suite struct KernelTests {
  /// Those that this processor has, without "plain".
  static let available = ["avx512", "avx2", "neon"].filter { name in
    (try? withKernels(name) {}) != nil
  }

  /// Images × height × width, inputs and outputs: tiles that are whole and cut, groups of channels that are full or not.
  static let shapes: [(images: Int, height: Int, width: Int, inputs: Int, outputs: Int)] = [
    (2, 8, 8, 16, 32), (3, 7, 5, 32, 48), (1, 4, 4, 16, 16), (2, 13, 30, 48, 16), (5, 32, 32, 32, 32),
    (1, 9, 4, 64, 80),
  ]

  static func withKernels<Result>(_ name: String, _ body: () throws -> Result) throws -> Result {
    let before = Runtime.kernels
    try Runtime.setKernels(name)
    // What was in use can be taken again.
    defer { try? Runtime.setKernels(before) }
    return try body()
  }

  func random(_ shape: [Int], _ seed: UInt64, channelsLast: Bool = false, mean: Double = 0) throws -> Tensor {
    let tensor = try Tensor.empty(shape, .float32, channelsLast: channelsLast)
    try tensor.fillNormal(mean: mean, deviation: 1, try Generator(seed: seed))
    return tensor
  }

  /// The largest difference beside the largest value.
  func difference(_ a: [Float], _ b: [Float]) -> Float {
    let largest = b.map(abs).max() ?? 0
    return (zip(a, b).map { abs($0 - $1) }.max() ?? 0) / max(largest, .leastNormalMagnitude)
  }

  /// Results of a convolution and, after ``Tensor/backward()``, of its gradients.
  func convolution(
    _ shape: (images: Int, height: Int, width: Int, inputs: Int, outputs: Int), _ precision: Precision,
    channelsLast: Bool = true
  ) throws -> [[Float]] {
    let input = try random(
      [shape.images, shape.inputs, shape.height, shape.width], 1, channelsLast: channelsLast)
    let weight = try random([shape.outputs, shape.inputs, 3, 3], 2)
    let weights = try random(
      [shape.images, shape.outputs, shape.height, shape.width], 3, channelsLast: channelsLast)
    try input.setRequiresGradient(true)
    try weight.setRequiresGradient(true)
    let output = try withPrecision(precision, on: .cpu) {
      try input.convolved(weight, stride: 1, padding: 1).converted(to: .float32)
    }
    try (output * weights).sum().backward()
    return try [output, #require(try input.gradient()), #require(try weight.gradient())].map {
      try $0.contiguous().elements(Float.self)
    }
  }

  /// Results of batch norm with ReLU, its running statistics and its gradients.
  func normalization(_ shape: [Int], _ precision: Precision, training: Bool = true) throws -> [[Float]] {
    let variables = Variables(generator: try Generator(seed: 0))
    let layer = try BatchNorm(variables.root["bn"], channels: shape[1])
    try withoutGradients {
      try variables.parameters[0].tensor.copy(from: random([shape[1]], 4))
      try variables.parameters[1].tensor.copy(from: random([shape[1]], 5))
    }
    let input = try random(shape, 6, channelsLast: true, mean: 3)
    try input.setRequiresGradient(training)
    let given = precision == .bf16 ? try input.converted(to: .bfloat16) : input
    let body = { try layer.rectified(given, training: training).converted(to: .float32) }
    guard training else { return try withoutGradients { [try body().contiguous().elements(Float.self)] } }
    let output = try body()
    try (output * random(shape, 7, channelsLast: true)).sum().backward()
    let tensors =
      try [output, #require(try input.gradient())]
      + variables.parameters.map { try #require(try $0.tensor.gradient()) } + variables.buffers.map(\.tensor)
    return try tensors.map { try $0.contiguous().elements(Float.self) }
  }

  @Test func someKernelsAreThere() {
    #if arch(arm64)
      #expect(Self.available == ["neon"])
    #elseif arch(x86_64) && os(Linux)
      // As the system tells it, not as the program finds out.
      let flags =
        (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?
        .split(separator: "\n").first { $0.hasPrefix("flags") }?.split(separator: " ") ?? []
      let wide: [Substring] = ["avx512f", "avx512bw", "avx512vl", "avx512dq"]
      #expect(Self.available.contains("avx2") == (flags.contains("avx2") && flags.contains("fma")))
      #expect(Self.available.contains("avx512") == wide.allSatisfy(flags.contains))
    #endif
  }

  /// Results of a convolution of what batch norm and ReLU give, plus a base, and the gradients of all that goes in.
  func rectifiedConvolution(
    _ shape: (images: Int, height: Int, width: Int, inputs: Int, outputs: Int), _ precision: Precision,
    training: Bool = true
  ) throws -> [[Float]] {
    let variables = Variables(generator: try Generator(seed: 0))
    let norm = try BatchNorm(variables.root["bn"], channels: shape.inputs)
    let layer = try Convolution(
      variables.root["conv"], inputs: shape.inputs, outputs: shape.outputs, kernel: 3)
    try withoutGradients {
      // Offsets and scales of both signs, so that the zeros around an image are not what the layer makes of 0.
      try variables.parameters[0].tensor.copy(from: random([shape.inputs], 4))
      try variables.parameters[1].tensor.copy(from: random([shape.inputs], 5))
    }
    let ends = [shape.images, shape.outputs, shape.height, shape.width]
    let input = try random(
      [shape.images, shape.inputs, shape.height, shape.width], 6, channelsLast: true, mean: 1)
    let base = try random(ends, 8, channelsLast: true)
    let body = {
      let type: DataType = precision == .bf16 ? .bfloat16 : .float32
      return try withPrecision(precision, on: .cpu) {
        try layer(
          rectifying: input.converted(to: type), by: norm, training: training,
          adding: base.converted(to: type)
        ).converted(to: .float32)
      }
    }
    guard training else { return try withoutGradients { [try body().contiguous().elements(Float.self)] } }
    try input.setRequiresGradient(true)
    try base.setRequiresGradient(true)
    let output = try body()
    try (output * random(ends, 7, channelsLast: true)).sum().backward()
    let gradients = [input, base] + variables.parameters.map(\.tensor)
    let tensors =
      try [output] + gradients.map { try #require(try $0.gradient()) } + variables.buffers.map(\.tensor)
    return try tensors.map { try $0.contiguous().elements(Float.self) }
  }

  @Test(arguments: [true, false]) func rectifiedConvolutionsAgreeWithLibtorch(training: Bool) throws {
    for shape in Self.shapes {
      let exact = try Self.withKernels("plain") { try rectifiedConvolution(shape, .fp32, training: training) }
      let inBfloat = try Self.withKernels("plain") {
        try rectifiedConvolution(shape, .bf16, training: training)
      }
      for name in Self.available {
        let found = try Self.withKernels(name) {
          try rectifiedConvolution(shape, .fp32, training: training)
        }
        #expect(found.count == (training ? 8 : 1))
        for (a, b) in zip(found, exact) { #expect(difference(a, b) < 5e-5, "\(name), \(shape)") }
        let rounded = try Self.withKernels(name) {
          try rectifiedConvolution(shape, .bf16, training: training)
        }
        for ((a, b), exact) in zip(zip(rounded, inBfloat), exact) {
          // What is rectified is not rounded in between, so no result is further from the truth than libtorch's.
          #expect(difference(a, exact) < 1.5 * difference(b, exact) + 4e-3, "\(name), \(shape)")
        }
      }
    }
  }

  @Test func convolutionsAgreeWithLibtorch() throws {
    for shape in Self.shapes {
      let plain = try Self.withKernels("plain") { try convolution(shape, .fp32) }
      let inBfloat = try Self.withKernels("plain") { try convolution(shape, .bf16) }
      for name in Self.available {
        for layout in [true, false] {
          let found = try Self.withKernels(name) { try convolution(shape, .fp32, channelsLast: layout) }
          let expected =
            layout
            ? plain : try Self.withKernels("plain") { try convolution(shape, .fp32, channelsLast: false) }
          for (a, b) in zip(found, expected) { #expect(difference(a, b) < 2e-5, "\(name), \(shape)") }
        }
        let found = try Self.withKernels(name) { try convolution(shape, .bf16) }
        for ((a, b), exact) in zip(zip(found, inBfloat), plain) {
          #expect(difference(a, b) < 2e-2, "\(name), \(shape)")
          // The products are of whole floats, so no result is further from the truth than libtorch's.
          #expect(difference(a, exact) < 1.5 * difference(b, exact) + 4e-3, "\(name), \(shape)")
        }
      }
    }
  }

  @Test func allKernelsAndThreadsGiveTheSameBits() throws {
    let threads = Runtime.threads
    defer { try? Runtime.setThreads(threads) }
    for precision in Precision.allCases {
      for shape in Self.shapes {
        var first: [[Float]]?
        for name in Self.available {
          for count in [1, 2, 3] {
            try Runtime.setThreads(count)
            let found = try Self.withKernels(name) {
              try convolution(shape, precision) + rectifiedConvolution(shape, precision)
                + normalization([shape.images, shape.outputs, shape.height, shape.width], precision)
            }
            #expect(found == first ?? found, "\(name), \(count) threads, \(shape), \(precision)")
            first = found
          }
        }
      }
    }
  }

  @Test func batchNormWithReLUAgreesWithLibtorch() throws {
    for shape in [[4, 16, 5, 3], [2, 48, 8, 8], [40, 32, 9, 11], [2, 16, 3, 2], [3, 80, 1, 1]] {
      for (precision, tolerance) in [(Precision.fp32, Float(2e-5)), (.bf16, 2e-2)] {
        for training in [true, false] {
          let plain = try Self.withKernels("plain") {
            try normalization(shape, precision, training: training)
          }
          for name in Self.available {
            let found = try Self.withKernels(name) { try normalization(shape, precision, training: training) }
            #expect(found.count == plain.count)
            for (a, b) in zip(found, plain) {
              #expect(difference(a, b) < tolerance, "\(name), \(shape), \(precision), training \(training)")
            }
          }
        }
      }
    }
  }

  /// Far from 0 a sum of squares less the square of the sum would have no digits left.
  @Test func batchNormKeepsItsDigitsFarFromZero() throws {
    for name in Self.available {
      try Self.withKernels(name) {
        let variables = Variables(generator: try Generator(seed: 0))
        let layer = try BatchNorm(variables.root["bn"], channels: 16)
        let input = try random([8, 16, 8, 8], 1, channelsLast: true, mean: 10000)
        let output = try layer.rectified(input, training: true).elements(Float.self)
        let meanSquare = output.reduce(0) { $0 + Double($1) * Double($1) } / Double(output.count)
        // Half of a standard normal distribution.
        #expect(abs(meanSquare - 0.5) < 0.05, "\(name)")
      }
    }
  }

  @Test func notANumberStays() throws {
    for name in Self.available {
      try Self.withKernels(name) {
        let variables = Variables(generator: try Generator(seed: 0))
        let layer = try BatchNorm(variables.root["bn"], channels: 16)
        let convolution = try Convolution(variables.root["conv"], inputs: 16, outputs: 16, kernel: 3)
        for precision in Precision.allCases {
          let input = try random([2, 16, 8, 8], 1, channelsLast: true)
          try input.narrowed(0, start: 1, length: 1).fill(.nan)
          let output = try withPrecision(precision, on: .cpu) {
            try layer.rectified(convolution(input), training: true).converted(to: .float32)
          }
          #expect(try output.elements(Float.self).contains { $0.isNaN }, "\(name), \(precision)")
        }
      }
    }
  }

  @Test(arguments: [0.01, 5, 1e6]) func theOptimiserAgreesWithLibtorch(clip: Double) throws {
    func steps() throws -> [Float] {
      let variables = Variables(generator: try Generator(seed: 1))
      // Not a multiple of any vector, and more than one piece.
      let layer = try Linear(variables.root["linear"], inputs: 997, outputs: 71)
      try variables.flatten()
      let optimizer = try NesterovSGD(variables, weightDecay: 0.01, clipNorm: clip)
      let input = try random([16, 997], 2)
      let labels = try Tensor((0..<16).map { Int64($0) }, shape: [16])
      for _ in 0..<4 {
        try optimizer.zeroGradients()
        try layer(input).crossEntropy(labels).backward()
        try optimizer.step(learningRate: 0.05)
      }
      return try #require(variables.flatParameters).elements(Float.self)
        + optimizer.momentum.elements(Float.self)
    }
    let plain = try Self.withKernels("plain", steps)
    var first: [Float]?
    for name in Self.available {
      let found = try Self.withKernels(name, steps)
      #expect(difference(found, plain) < 1e-5, "\(name)")
      #expect(found == first ?? found, "\(name)")
      first = found
    }
  }

  @Test func aNameThatIsNoneChangesNothing() throws {
    let before = Runtime.kernels
    #expect(throws: TorchError.self) { try Runtime.setKernels("avx1024") }
    #expect(Runtime.kernels == before)
  }
}
