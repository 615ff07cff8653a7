import Foundation
import Testing
import Torch

@Suite struct TensorTests {
  @Test func keepsShapeTypeAndElements() throws {
    let tensor = try Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3])
    #expect(tensor.shape == [2, 3])
    #expect(tensor.strides == [3, 1])
    #expect(tensor.dataType == .float32)
    #expect(tensor.device == .cpu)
    #expect(try tensor.elements(Float.self) == [1, 2, 3, 4, 5, 6])
    #expect(try tensor.permuted([1, 0]).elements(Float.self) == [1, 4, 2, 5, 3, 6])
    #expect(try tensor.narrowed(1, start: 1, length: 2).elements(Float.self) == [2, 3, 5, 6])
  }

  @Test func memoryWithGapsIsNotLent() throws {
    let tensor = try Tensor((0..<6).map(Float.init), shape: [2, 3])
    let column = try tensor.narrowed(1, start: 1, length: 1)
    let error = #expect(throws: TorchError.self) {
      try column.withUnsafeMutableElements(of: Float.self) { _ in }
    }
    #expect(
      error?.description == "a tensor of shape [2, 1] and strides [3, 1] has gaps or shares elements")
    #expect(try column.elements(Float.self) == [1, 4])
    #expect(try Tensor.zeros([0, 3]).elements(Float.self).isEmpty)
  }

  @Test func channelsLastMemoryIsInterleaved() throws {
    let image = try Tensor.empty([1, 3, 2, 2], channelsLast: true)
    #expect(image.strides == [12, 1, 6, 3])
    try image.withUnsafeMutableElements(of: Float.self) { memory in
      for index in memory.indices { memory[index] = Float(index) }
    }
    // Element (channel c, row y, column x) stands at (2y + x)·3 + c.
    #expect(try image.elements(Float.self) == [0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11])
  }

  @Test func refusesMemoryOfAnotherType() throws {
    let tensor = try Tensor([1, 2] as [Int64], shape: [2])
    #expect(throws: TorchError.self) {
      try tensor.withUnsafeMutableElements(of: Float.self) { $0.count }
    }
    #expect(throws: TorchError.self) { try tensor.elements(Double.self) }
  }

  @Test func refusesValuesThatDoNotFitTheShape() {
    #expect(throws: TorchError("3 values were given for the shape [2, 2], which holds 4")) {
      try Tensor([1, 2, 3] as [Float], shape: [2, 2])
    }
  }

  @Test func errorsCarryTorchsOwnText() throws {
    let a = try Tensor.zeros([2, 3])
    let b = try Tensor.zeros([4, 5])
    let error = #expect(throws: TorchError.self) { try a + b }
    #expect(error?.description.contains("must match the size of tensor b") == true)
    // The failure of one call leaves no trace in the next.
    #expect(try (a + a).count == 6)
    #expect(try a.gradient() == nil)
  }

  @Test func arithmeticMatchesTheNumbers() throws {
    let a = try Tensor([3, 4] as [Double], shape: [2])
    let b = try Tensor([1, -2] as [Double], shape: [2])
    #expect(try (a + b).elements(Double.self) == [4, 2])
    #expect(try (a - b).elements(Double.self) == [2, 6])
    #expect(try (a * b).elements(Double.self) == [3, -8])
    #expect(try a.norm().item() == 5)
    #expect(try a.sum().item() == 7)
    #expect(try b.clamped(minimum: 0).elements(Double.self) == [1, 0])
    #expect(try b.reciprocal().elements(Double.self) == [1, -0.5])
    #expect(try b.relu().elements(Double.self) == [1, 0])
    try a.add(b, scaledBy: 2)
    #expect(try a.elements(Double.self) == [5, 0])
    let counts = try Tensor([1, 2] as [Int64], shape: [2])
    try counts.add(counts)
    #expect(try counts.elements(Int64.self) == [2, 4])
  }

  @Test func gradientsFollowTheChainRule() throws {
    let x = try Tensor([1, 2, 3] as [Double], shape: [3])
    try x.setRequiresGradient(true)
    try (x * x).sum().backward()
    #expect(try x.gradient()?.elements(Double.self) == [2, 4, 6])
    let silent = try withoutGradients { try (x * x).sum() }
    #expect(throws: TorchError.self) { try silent.backward() }
  }

  @Test func scalingMultipliesTheWayBackByItsOwnFactors() throws {
    let x = try Tensor([1, 2, 3, 4] as [Double], shape: [2, 2])
    let base = try Tensor([10, 20, 30, 40] as [Double], shape: [2, 2])
    try x.setRequiresGradient(true)
    try base.setRequiresGradient(true)
    let forward = try Tensor([2, -1] as [Float], shape: [2])
    let backward = try Tensor([0, 0.5] as [Float], shape: [2])
    let branch = try x.clone()
    try branch.scale(by: forward, backward: backward, adding: base)
    #expect(try branch.elements(Double.self) == [12, 24, 27, 36])
    let weights = try Tensor([1, 2, 3, 4] as [Double], shape: [2, 2])
    try (branch * weights).sum().backward()
    #expect(try x.gradient()?.elements(Double.self) == [0, 0, 1.5, 2])
    #expect(try base.gradient()?.elements(Double.self) == [1, 2, 3, 4])
    #expect(try x.elements(Double.self) == [1, 2, 3, 4])
  }

  @Test func scalingKeepsTypeAndMemoryOrder() throws {
    let branch = try Tensor.empty([2, 3, 4, 4], .bfloat16, channelsLast: true)
    try branch.fill(2)
    let strides = branch.strides
    let base = try Tensor.full([2, 3, 4, 4], 1, .bfloat16)
    let factors = try Tensor([0.5, 3] as [Float], shape: [2])
    try branch.scale(by: factors, backward: factors, adding: base)
    #expect(branch.dataType == .bfloat16 && branch.strides == strides)
    let expected = Array(repeating: Float(2), count: 48) + Array(repeating: Float(7), count: 48)
    #expect(try branch.converted(to: .float32).elements(Float.self) == expected)
  }

  @Test func scalingRefusesOtherShapes() throws {
    let branch = try Tensor.zeros([2, 3])
    let two = try Tensor.zeros([2])
    let error = #expect(throws: TorchError.self) {
      try branch.scale(by: two, backward: two, adding: Tensor.zeros([2, 1]))
    }
    #expect(error?.description.contains("cannot be added to [2, 1]") == true)
    #expect(throws: TorchError.self) {
      try branch.scale(by: Tensor.zeros([3]), backward: two, adding: Tensor.zeros([2, 3]))
    }
  }

  @Test func tilesAtTheEdgeCountAsTheMeanOfWhatIsThere() throws {
    let image = try Tensor([1, 3, 5, 5, 7, 9, 2, 4, 8] as [Double], shape: [1, 1, 3, 3])
    #expect(try image.averagePooled(2).elements(Double.self) == [4])
    let whole = try image.averagePooled(2, partialTiles: true)
    #expect(whole.shape == [1, 1, 2, 2])
    #expect(try whole.elements(Double.self) == [4, 7, 3, 8])
  }

  @Test func concatenationKeepsTheOrder() throws {
    let a = try Tensor([1, 2] as [Float], shape: [2, 1])
    let b = try Tensor([3, 4, 5, 6] as [Float], shape: [2, 2])
    let joined = try Tensor.concatenated([a, b], dimension: 1)
    #expect(joined.shape == [2, 3])
    #expect(try joined.elements(Float.self) == [1, 3, 4, 2, 5, 6])
    #expect(throws: TorchError.self) { try Tensor.concatenated([], dimension: 0) }
  }

  @Test func crossEntropyAndCorrectCount() throws {
    let logits = try Tensor([0, 0, 10, 0, 0, 10] as [Float], shape: [3, 2])
    let labels = try Tensor([0, 0, 1] as [Int64], shape: [3])
    let expected = (log(2.0) + 2 * log1p(exp(-10.0))) / 3
    #expect(abs(try logits.crossEntropy(labels).item() - expected) < 1e-6)
    #expect(try logits.countCorrect(labels).item() == 3)
    let wrong = try Tensor([0, 7, 1] as [Int64], shape: [3])
    #expect(throws: TorchError.self) { try logits.crossEntropy(wrong) }
  }

  @Test func namesOfDevicesAreReadBack() {
    #expect(Device("cpu") == .cpu)
    #expect(Device("cuda") == .cuda(0))
    #expect(Device("cuda:3") == .cuda(3))
    #expect(Device("cuda:3")?.description == "cuda:3")
    for name in ["", "gpu", "cuda:", "cuda:-1", "cuda:1x", "cuda:9999"] { #expect(Device(name) == nil) }
  }
}
