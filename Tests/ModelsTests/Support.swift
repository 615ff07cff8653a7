import Models
import Testing
import Torch

/// Images of noise, in float32.
func noise(_ shape: [Int], seed: UInt64 = 3) throws -> Tensor {
  let images = try Tensor.empty(shape, channelsLast: true)
  try images.fillNormal(deviation: 1, Generator(seed: seed))
  return images
}

/// A float64 network with the loss of three images of noise, to be held against the loss's own differences.
struct GradientCheck {
  /// A parameter, by its place in the flat vector, with its gradient and what differences say.
  struct Entry {
    let name: String
    let gradient: Double
    let difference: Double

    var isEqual: Bool { abs(difference - gradient) < 1e-5 + 1e-4 * abs(difference) }
  }

  /// Every `stride`-th parameter.
  let entries: [Entry]

  init(_ model: String, stride: Int, mode: () throws -> Mode) throws {
    let network = try Network(
      .named(model), classes: 3, generator: Generator(seed: 9), dataType: .float64)
    let images = try noise([3, 3, 8, 8], seed: 8).converted(to: .float64)
    let labels = try Tensor([0, 2, 1] as [Int64], shape: [3])
    let flat = try #require(network.variables.flatParameters)
    func loss() throws -> Tensor { try network.model.logits(images, mode()).crossEntropy(labels) }
    try loss().backward()
    let gradient = try #require(network.variables.flatGradients).elements(Double.self)
    let names = network.variables.parameters.flatMap {
      Array(repeating: $0.name, count: $0.tensor.count)
    }
    let step = 1e-6
    entries = try withoutGradients {
      try Swift.stride(from: 0, to: names.count, by: stride).map { index in
        let place = try flat.narrowed(0, start: index, length: 1)
        let value = try place.item()
        try place.fill(value + step)
        let above = try loss().item()
        try place.fill(value - step)
        let below = try loss().item()
        try place.fill(value)
        return Entry(
          name: names[index], gradient: gradient[index], difference: (above - below) / (2 * step))
      }
    }
  }
}
