import Foundation
import Testing
import Torch

/// The kernels of this project beside libtorch's own operations, and beside each other.
@Suite struct KernelTests {
  /// Those that this processor has, without "plain".
  static let available = ["avx512", "avx2", "neon"].filter { name in
    (try? withKernels(name) {}) != nil
  }

  /// What the processor can, as the system tells it, not as the program finds out.
  static let processorFlags =
    (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?
    .split(separator: "\n").first { $0.hasPrefix("flags") }?.split(separator: " ") ?? []

  /// Images × height × width, inputs and outputs: tiles that are whole and cut, groups of channels that are full or not.
  static let shapes: [(images: Int, height: Int, width: Int, inputs: Int, outputs: Int)] = [
    (2, 8, 8, 16, 32), (3, 7, 5, 32, 48), (1, 4, 4, 16, 16), (2, 13, 30, 48, 16), (5, 32, 32, 32, 32),
    (1, 9, 4, 64, 80), (1, 9, 9, 208, 208),
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
    guard a.count == b.count, a.allSatisfy(\.isFinite), b.allSatisfy(\.isFinite) else { return .infinity }
    let largest = b.map(abs).max() ?? 0
    return (zip(a, b).map { abs($0 - $1) }.max() ?? 0) / max(largest, .leastNormalMagnitude)
  }

  /// A layer of batch norm that is not as it begins: scales and offsets of both signs, statistics of their own.
  func batchNorm(_ variables: Variables, channels: Int) throws -> BatchNorm {
    let layer = try BatchNorm(variables.root["bn"], channels: channels)
    try withoutGradients {
      try variables.parameters[0].tensor.copy(from: random([channels], 4))
      try variables.parameters[1].tensor.copy(from: random([channels], 5))
      try variables.buffers[0].tensor.copy(from: random([channels], 9, mean: 2))
      try variables.buffers[1].tensor.fillUniform(0.3...3, try Generator(seed: 10))
    }
    return layer
  }

  /// Results of batch norm with ReLU, its running statistics and its gradients.
  func normalization(_ shape: [Int], _ precision: Precision, training: Bool = true) throws -> [[Float]] {
    let variables = Variables(generator: try Generator(seed: 0))
    let layer = try batchNorm(variables, channels: shape[1])
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

  /// A convolution with what may stand around it.
  struct Surroundings {
    var rectifies = true
    var addsBase = true
    var baseType: DataType?
    var stride = 1
    var channelsLast = true
    /// By the batch's own statistics, and the running ones moved.
    var training = true
    var differentiates = true

    /// A convolution by itself.
    static let none = Surroundings(rectifies: false, addsBase: false)
  }

  /// Results of a convolution and the gradients of all that goes in.
  func convolution(
    _ shape: (images: Int, height: Int, width: Int, inputs: Int, outputs: Int), _ precision: Precision,
    in surroundings: Surroundings
  ) throws -> [[Float]] {
    let stride = surroundings.stride
    let variables = Variables(generator: try Generator(seed: 0))
    let layer = try Convolution(
      variables.root["conv"], inputs: shape.inputs, outputs: shape.outputs, kernel: 3, stride: stride)
    let normVariables = Variables(generator: try Generator(seed: 0))
    let norm = try batchNorm(normVariables, channels: shape.inputs)
    let type: DataType = precision == .bf16 ? .bfloat16 : .float32
    let ends = [
      shape.images, shape.outputs, (shape.height + stride - 1) / stride, (shape.width + stride - 1) / stride,
    ]
    let input = try random(
      [shape.images, shape.inputs, shape.height, shape.width], 6, channelsLast: surroundings.channelsLast,
      mean: 1)
    let base = surroundings.addsBase ? try random(ends, 8, channelsLast: surroundings.channelsLast) : nil
    let body = {
      try withPrecision(precision, on: .cpu) {
        let given = try input.converted(to: type)
        let added = try base?.converted(to: surroundings.baseType ?? type)
        let output =
          surroundings.rectifies
          ? try layer(rectifying: given, by: norm, training: surroundings.training, adding: added)
          : try layer(given, adding: added)
        return try output.converted(to: .float32)
      }
    }
    guard surroundings.differentiates else {
      return try withoutGradients { [try body().contiguous().elements(Float.self)] }
    }
    try input.setRequiresGradient(true)
    try base?.setRequiresGradient(true)
    let output = try body()
    try (output * random(ends, 7, channelsLast: true)).sum().backward()
    let layers = surroundings.rectifies ? [variables, normVariables] : [variables]
    let leaves = [input] + (base.map { [$0] } ?? []) + layers.flatMap(\.parameters).map(\.tensor)
    let tensors =
      try [output] + leaves.map { try #require(try $0.gradient()) } + normVariables.buffers.map(\.tensor)
    return try tensors.map { try $0.contiguous().elements(Float.self) }
  }

  @Test func convolutionsWithTheirSurroundingsAgreeWithLibtorch() throws {
    let cases: [(Surroundings, count: Int)] = [
      (.none, 5), (Surroundings(rectifies: false, addsBase: false, channelsLast: false), 5),
      (Surroundings(), 8), (Surroundings(training: false, differentiates: false), 1),
      (Surroundings(rectifies: false), 6), (Surroundings(addsBase: false), 7),
      (Surroundings(baseType: .float32), 8), (Surroundings(baseType: .bfloat16), 8),
      (Surroundings(stride: 2), 8), (Surroundings(channelsLast: false), 8),
      (Surroundings(training: false), 8),
    ]
    for shape in Self.shapes {
      for (surroundings, count) in cases {
        let exact = try Self.withKernels("plain") { try convolution(shape, .fp32, in: surroundings) }
        let inBfloat = try Self.withKernels("plain") { try convolution(shape, .bf16, in: surroundings) }
        #expect(exact.count == count)
        for name in Self.available {
          let found = try Self.withKernels(name) { try convolution(shape, .fp32, in: surroundings) }
          #expect(found.count == count)
          let allowed: Float =
            surroundings.baseType == .bfloat16 ? 2e-2 : surroundings.rectifies ? 5e-5 : 2e-5
          for (a, b) in zip(found, exact) {
            #expect(difference(a, b) < allowed, "\(name), \(shape), \(surroundings)")
          }
          let rounded = try Self.withKernels(name) { try convolution(shape, .bf16, in: surroundings) }
          for ((a, b), exact) in zip(zip(rounded, inBfloat), exact) {
            // Products are of whole floats, and what is rectified is not rounded, so no result is further from the truth.
            #expect(
              difference(a, exact) < 1.5 * difference(b, exact) + 4e-3, "\(name), \(shape), \(surroundings)")
          }
        }
      }
    }
  }

  /// Only what is never written in between keeps the digits that bfloat16 would lose.
  @Test func whatIsRectifiedIsNotWritten() throws {
    let variables = Variables(generator: try Generator(seed: 0))
    let layer = try Convolution(variables.root["conv"], inputs: 32, outputs: 32, kernel: 3)
    let norm = try batchNorm(Variables(generator: try Generator(seed: 0)), channels: 32)
    let input = try random([2, 32, 8, 8], 6, channelsLast: true).converted(to: .bfloat16)
    for name in Self.available where !Self.processorFlags.contains("amx_bf16") {
      let (together, apart) = try Self.withKernels(name) {
        try withPrecision(.bf16, on: .cpu) {
          try withoutGradients {
            (
              try layer(rectifying: input, by: norm, training: false),
              try layer(norm.rectified(input, training: false))
            )
          }
        }
      }
      let values = try [together, apart].map {
        try $0.converted(to: .float32).contiguous().elements(Float.self)
      }
      #expect(values[0] != values[1], "\(name)")
      #expect(difference(values[0], values[1]) < 2e-2, "\(name)")
    }
  }

  @Test func aBaseOfAnotherShapeIsRefused() throws {
    let weight = try random([16, 16, 3, 3], 1)
    let input = try random([2, 16, 8, 8], 2)
    for name in Self.available + ["plain"] {
      #expect(throws: TorchError.self, "\(name)") {
        try Self.withKernels(name) {
          _ = try input.convolved(weight, adding: random([1, 16, 1, 1], 3), stride: 1, padding: 1)
        }
      }
    }
  }

  @Test func someKernelsAreThere() {
    #if arch(arm64)
      #expect(Self.available == ["neon"])
    #elseif arch(x86_64) && os(Linux)
      let flags = Self.processorFlags
      let wide: [Substring] = ["avx512f", "avx512bw", "avx512vl", "avx512dq"]
      #expect(Self.available.contains("avx2") == (flags.contains("avx2") && flags.contains("fma")))
      #expect(Self.available.contains("avx512") == wide.allSatisfy(flags.contains))
    #endif
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
              try convolution(shape, precision, in: .none) + convolution(shape, precision, in: Surroundings())
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
          // Running statistics do not spread it: one in the middle and one at the border of an image.
          for (row, column) in [(4, 3), (0, 7)] {
            let type: DataType = precision == .bf16 ? .bfloat16 : .float32
            let input = try random([2, 16, 8, 8], 1, channelsLast: true).converted(to: type)
            try input.narrowed(2, start: row, length: 1).narrowed(3, start: column, length: 1).fill(.nan)
            let output = try withoutGradients {
              try withPrecision(precision, on: .cpu) {
                try convolution(rectifying: input, by: layer, training: false).converted(to: .float32)
              }
            }
            let there = try output.narrowed(2, start: row, length: 1).narrowed(3, start: column, length: 1)
            #expect(try there.contiguous().elements(Float.self).allSatisfy(\.isNaN), "\(name), \(precision)")
          }
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
