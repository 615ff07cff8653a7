import Torch

/// A network that classifies images.
public protocol Classifier {
  /// Class scores [N,classes] of normalised images [N,3,H,W].
  func logits(_ images: Tensor, _ mode: Mode) throws -> Tensor
  /// Whether a training step draws random numbers on the host, so that no two steps are the same work.
  var drawsInTraining: Bool { get }
}

extension Classifier {
  /// False: most networks draw nothing in a step.
  public var drawsInTraining: Bool { false }
}

/// What a network's pass over a batch is for.
public enum Mode {
  /// To judge images: batch normalisation by the running statistics, random layers by their expectation.
  case evaluation
  /// To learn from the batch: batch normalisation uses, and learns, its statistics; random layers draw from the
  /// generator, which is one of the CPU wherever the network is.
  case training(Generator)

  var isTraining: Bool {
    switch self {
    case .evaluation: false
    case .training: true
    }
  }
}

/// A model that can be asked for by name, such as `wrn_40_2`.
public struct ModelSpec: Sendable {
  /// The name as given to the setting `model`.
  public let name: String
  /// Builds the network's layers in the scope, for the given number of classes.
  public let build: @Sendable (_ scope: Scope, _ classes: Int) throws -> any Classifier
}

/// A family of models: how its names look, and which spec a name of it means.
struct ModelFamily: Sendable {
  let pattern: String
  /// Nil if the name is not of this family; throws if it is but asks for the impossible.
  let spec: @Sendable (_ name: String) throws -> ModelSpec?

  /// Every family there is: a new one is a file of its own and an entry here.
  static let all: [ModelFamily] = [.wideResNet, .shakeShake, .pyramidNet]
}

extension ModelSpec {
  /// How the names of models look, for help texts and errors.
  public static var patterns: String { ModelFamily.all.map(\.pattern).joined(separator: "; ") }

  /// The model of that name.
  ///
  /// - Throws: ``ModelError`` that says which names there are.
  public static func named(_ name: String) throws -> ModelSpec {
    for family in ModelFamily.all {
      if let spec = try family.spec(name) { return spec }
    }
    throw ModelError("there is no model '\(name)'; there are: \(patterns)")
  }
}

/// A model name that is not valid.
public struct ModelError: Error, CustomStringConvertible, Equatable {
  /// What is wrong with the name, and which names there are.
  public let description: String

  init(_ description: String) {
    self.description = description
  }
}

/// A network together with what it owns, ready for training: parameters and gradients lie flat.
public struct Network {
  /// The layers.
  public let model: any Classifier
  /// The parameters, gradients and running statistics.
  public let variables: Variables

  /// The name of the layer that gives the scores of the classes: its `weight` is [classes, inputs], its `bias` [classes].
  public static let lastLayer = "linear"

  /// Builds a freshly initialised network on a device.
  ///
  /// - Parameters:
  ///   - spec: which network.
  ///   - classes: how many classes it tells apart.
  ///   - generator: draws the initial weights; the same state gives the same network on every device.
  ///   - device: where it computes.
  ///   - dataType: of parameters and buffers; float64 is for numerical checks.
  /// - Throws: `TorchError` where the device has not the memory.
  public init(
    _ spec: ModelSpec, classes: Int, generator: Generator, device: Device = .cpu,
    dataType: DataType = .float32
  ) throws {
    variables = Variables(generator: generator, device: device, dataType: dataType)
    model = try spec.build(variables.root, classes)
    try variables.flatten()
  }
}
