import Torch

/// How much each branch of a random network counts in each image, drawn again for every training step.
///
/// A branch has one factor in the forward pass and another, drawn independently, in the backward pass.
package struct BranchFactors {
  /// Row by row, a row a branch, an entry an image.
  package private(set) var forward: [Float] = []
  package private(set) var backward: [Float] = []
  let images: Int

  init(branches: Int, images: Int) {
    self.images = images
    forward.reserveCapacity(branches * images)
    backward.reserveCapacity(branches * images)
  }

  /// Adds the next entry.
  mutating func append(forward: Float, backward: Float) {
    self.forward.append(forward)
    self.backward.append(backward)
  }

  /// The factors where the network is, moved there all at once.
  func placed(on device: Device) throws -> PlacedBranchFactors {
    let rows = images == 0 ? 0 : forward.count / images
    return PlacedBranchFactors(
      table: try Tensor(forward + backward, shape: [2, rows, images]).moved(to: device))
  }
}

/// ``BranchFactors`` on a device.
struct PlacedBranchFactors {
  /// [2,branches,images]: forward, backward.
  fileprivate let table: Tensor

  /// `factor · branch + base` in the memory of `branch`, which must not be needed by what computed it.
  func mix(_ branch: Tensor, number: Int, into base: Tensor) throws {
    func factors(_ direction: Int) throws -> Tensor {
      try table.narrowed(0, start: direction, length: 1).narrowed(1, start: number, length: 1).reshaped([-1])
    }
    try branch.scale(by: factors(0), backward: factors(1), adding: base)
  }
}

extension Generator {
  /// The next `count` numbers, uniform in [0, 1).
  func uniforms(_ count: Int) throws -> [Float] {
    let numbers = try Tensor.empty([count])
    try numbers.fillUniform(0...1, self)
    return try numbers.elements(Float.self)
  }
}
