/// A tensor with the name it has in a checkpoint.
public struct NamedTensor {
  /// The name in a checkpoint, such as `stem.weight`.
  public let name: String
  /// The tensor.
  public let tensor: Tensor

  /// Gives a tensor a name.
  public init(name: String, tensor: Tensor) {
    self.name = name
    self.tensor = tensor
  }
}

/// What a network owns: trainable parameters and buffers (running statistics), in the order its layers made them.
///
/// Layers ask for their tensors through ``Scope``; ``flatten()`` then lays all parameters, and all gradients, into one
/// contiguous buffer each, so that the optimiser is a few operations over two vectors whatever the network.
public final class Variables {
  /// The trainable tensors, in the order in which layers made them.
  public private(set) var parameters: [NamedTensor] = []
  /// The running statistics, in the order in which layers made them.
  public private(set) var buffers: [NamedTensor] = []
  /// All parameters as one vector, after ``flatten()``.
  public private(set) var flatParameters: Tensor?
  /// All gradients as one vector, after ``flatten()``.
  public private(set) var flatGradients: Tensor?

  /// Where the tensors are.
  public let device: Device
  /// The element type of parameters and buffers.
  public let dataType: DataType
  let generator: Generator

  /// An empty collection.
  ///
  /// - Parameters:
  ///   - generator: draws the initial values; on the CPU, so that a network starts the same on every device.
  ///   - device: where the tensors are made.
  ///   - dataType: of parameters and buffers; float64 is for numerical checks.
  public init(generator: Generator, device: Device = .cpu, dataType: DataType = .float32) {
    self.generator = generator
    self.device = device
    self.dataType = dataType
  }

  /// The outermost scope, whose names have no prefix.
  public var root: Scope { Scope(variables: self, path: "") }

  /// The number of trainable parameters.
  public var parameterCount: Int { parameters.reduce(0) { $0 + $1.tensor.count } }

  func addParameter(_ name: String, _ tensor: Tensor) throws -> Tensor {
    let parameter = try tensor.converted(to: dataType).moved(to: device)
    try parameter.setRequiresGradient(true)
    parameters.append(NamedTensor(name: name, tensor: parameter))
    return parameter
  }

  func addBuffer(_ name: String, _ tensor: Tensor) throws -> Tensor {
    let buffer = try tensor.converted(to: dataType).moved(to: device)
    buffers.append(NamedTensor(name: name, tensor: buffer))
    return buffer
  }

  /// Moves all parameters into one vector and gives each a place in one vector of gradients.
  ///
  /// Kernels [O,C,K,K] are laid out channels-last, the order that convolutions of channels-last images need.
  public func flatten() throws {
    let total = parameterCount
    let values = try Tensor.zeros([total], dataType, on: device)
    let gradients = try Tensor.zeros([total], dataType, on: device)
    var offset = 0
    try withoutGradients {
      for tensor in parameters.map(\.tensor) {
        let shape = tensor.shape
        let strides = Self.denseStrides(shape)
        let place = try values.strided(shape, strides: strides, offset: offset)
        try place.copy(from: tensor)
        try tensor.setData(place)
        try tensor.setGradient(gradients.strided(shape, strides: strides, offset: offset))
        offset += tensor.count
      }
    }
    flatParameters = values
    flatGradients = gradients
  }

  /// Strides without gaps: channels-last for four dimensions, row order otherwise.
  static func denseStrides(_ shape: [Int]) -> [Int] {
    if shape.count == 4 {
      return [shape[1] * shape[2] * shape[3], 1, shape[3] * shape[1], shape[1]]
    }
    var strides = [Int](repeating: 1, count: shape.count)
    for dimension in stride(from: shape.count - 2, through: 0, by: -1) {
      strides[dimension] = strides[dimension + 1] * shape[dimension + 1]
    }
    return strides
  }
}

/// A place in the tree of a network's names: `group1.block0.conv1`.
public struct Scope {
  let variables: Variables
  let path: String

  /// The scope of a part of this one.
  public subscript(_ name: String) -> Scope {
    Scope(variables: variables, path: path.isEmpty ? name : path + "." + name)
  }

  /// A new trainable parameter, drawn from N(0, deviation²).
  public func normalParameter(_ name: String, _ shape: [Int], deviation: Double) throws -> Tensor {
    let tensor = try Tensor.empty(shape, .float32)
    try tensor.fillNormal(deviation: deviation, variables.generator)
    return try variables.addParameter(self[name].path, tensor)
  }

  /// A new trainable parameter, drawn uniformly from [−bound, bound].
  public func uniformParameter(_ name: String, _ shape: [Int], bound: Double) throws -> Tensor {
    let tensor = try Tensor.empty(shape, .float32)
    try tensor.fillUniform(-bound...bound, variables.generator)
    return try variables.addParameter(self[name].path, tensor)
  }

  /// A new trainable parameter in which every element is `value`.
  public func constantParameter(_ name: String, _ shape: [Int], _ value: Double) throws -> Tensor {
    try variables.addParameter(self[name].path, Tensor.full(shape, value))
  }

  /// A new buffer in which every element is `value`.
  public func buffer(_ name: String, _ shape: [Int], _ value: Double) throws -> Tensor {
    try variables.addBuffer(self[name].path, Tensor.full(shape, value))
  }
}
