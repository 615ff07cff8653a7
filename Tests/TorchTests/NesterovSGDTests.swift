import Foundation
import Testing
import Torch

@Suite struct NesterovSGDTests {
  /// The rule written out for plain numbers.
  struct PlainRule {
    var values: [Double]
    var momentum: [Double]

    mutating func step(_ gradients: [Double], rate: Double, decay: Double, clip: Double) {
      var g = zip(gradients, values).map { $0 + decay * $1 }
      let norm = g.reduce(0) { $0 + $1 * $1 }.squareRoot()
      if norm > clip { g = g.map { $0 * clip / norm } }
      for index in values.indices {
        momentum[index] = 0.9 * momentum[index] + g[index]
        values[index] -= rate * (g[index] + 0.9 * momentum[index])
      }
    }
  }

  @Test(arguments: [0.1, 5.0, 1000.0], [false, true])
  func followsTheRule(clip: Double, rateIsATensor: Bool) throws {
    let variables = Variables(generator: try Generator(seed: 1), dataType: .float64)
    let layer = try Linear(variables.root["linear"], inputs: 3, outputs: 2)
    try variables.flatten()
    let optimizer = try NesterovSGD(variables, weightDecay: 0.01, clipNorm: clip)
    let flat = try #require(variables.flatParameters)
    let gradients = try #require(variables.flatGradients)
    var plain = PlainRule(
      values: try flat.elements(Double.self), momentum: Array(repeating: 0, count: flat.count))
    let input = try Tensor([1, -2, 3, 0.5, 0.25, -1] as [Double], shape: [2, 3])
    let labels = try Tensor([0, 1] as [Int64], shape: [2])
    let rateOnDevice = try Tensor.zeros([], .float64)
    for step in 0..<8 {
      let rate = 0.1 / Double(step + 1)
      try optimizer.zeroGradients()
      try layer(input).crossEntropy(labels).backward()
      plain.step(try gradients.elements(Double.self), rate: rate, decay: 0.01, clip: clip)
      if rateIsATensor {
        try rateOnDevice.fill(rate)
        try optimizer.step(rate: rateOnDevice)
      } else {
        try optimizer.step(learningRate: rate)
      }
      for (found, expected) in zip(try flat.elements(Double.self), plain.values) {
        #expect(abs(found - expected) < 1e-12)
      }
    }
  }

  @Test func refusesVariablesThatAreNotFlat() throws {
    let variables = Variables(generator: try Generator(seed: 1))
    _ = try Linear(variables.root["linear"], inputs: 3, outputs: 2)
    #expect(throws: TorchError.self) { try NesterovSGD(variables, weightDecay: 0) }
  }

  /// Resident memory of this process, in bytes.
  func residentMemory() throws -> Int {
    let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
    let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) }
    return try #require(pages) * Int(sysconf(Int32(_SC_PAGESIZE)))
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/proc/self/statm"), "memory is read from /proc"))
  func trainingLeaksNothing() throws {
    let variables = Variables(generator: try Generator(seed: 1))
    let convolution = try Convolution(variables.root["conv"], inputs: 3, outputs: 16, kernel: 3)
    let norm = try BatchNorm(variables.root["bn"], channels: 16)
    let head = try Linear(variables.root["linear"], inputs: 16, outputs: 4)
    try variables.flatten()
    let optimizer = try NesterovSGD(variables, weightDecay: 0.0005)
    let labels = try Tensor((0..<32).map { Int64($0 % 4) }, shape: [32])
    let images = try Tensor.full([32, 3, 32, 32], 0.5)
    func train(_ steps: Int) throws {
      for _ in 0..<steps {
        try optimizer.zeroGradients()
        let hidden = try norm(convolution(images), training: true).relu().globalAverage()
        try head(hidden).crossEntropy(labels).backward()
        try optimizer.step(learningRate: 0.01)
      }
    }
    try train(50)
    let before = try residentMemory()
    try train(700)
    // One leaked activation a step would be 700 × 2 MiB; tests that run beside this one take less than 1 GiB.
    #expect(try residentMemory() - before < 1 << 30)
  }
}
