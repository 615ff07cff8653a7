import Foundation
import Models
import Text
import Torch

/// What a training took over from the checkpoint that it began with.
public struct WarmStart: Hashable, Sendable {
  /// What the checkpoint says of itself.
  public let source: CheckpointInfo
  /// Whether the last layer is freshly initialised, since the checkpoint's tells other classes apart.
  public let hasFreshLastLayer: Bool
}

extension Trainer {
  /// Takes over the weights and running statistics of a checkpoint; the optimiser and the place in time stay fresh.
  ///
  /// The last layer is taken over where the checkpoint's classes are this dataset's, in the same order; otherwise it stays
  /// as it was initialised. Nothing is changed where the rest does not fit.
  ///
  /// - Parameters:
  ///   - file: the bytes of the checkpoint's file.
  ///   - name: how errors call the file.
  /// - Returns: what was taken over.
  /// - Throws: ``TrainingError/checkpoint(_:)`` that names the first tensor that does not fit.
  @discardableResult
  public func warmStart(from file: Data, name: String) throws -> WarmStart {
    let (info, contents) = try Self.read(file, name: name)
    let variables = network.variables
    let targets = variables.parameters + variables.buffers
    let known = Set(targets.map(\.name))
    func isLastLayer(_ name: String) -> Bool { name.hasPrefix(Network.lastLayer + ".") }
    func mistake(_ tensor: String, _ found: String, _ expected: String) -> TrainingError {
      .checkpoint(
        "\(name): the tensor '\(tensor)': found \(found), expected \(expected); the checkpoint is of a"
          + " \(info.recipe.model), this training of a \(recipe.model)")
    }
    let isFresh = info.classNames != data.classNames
    var pairs: [(target: Tensor, source: Tensor)] = []
    for target in targets where !(isFresh && isLastLayer(target.name)) {
      guard let source = contents[target.name] else {
        throw mistake(target.name, "none", "the shape \(target.tensor.shape)")
      }
      guard source.shape == target.tensor.shape else {
        throw mistake(target.name, "the shape \(source.shape)", "\(target.tensor.shape)")
      }
      pairs.append((target.tensor, source))
    }
    if let other = contents.tensors.first(where: { !known.contains($0.name) && $0.name != Self.momentumName })
    {
      throw mistake(other.name, "the shape \(other.tensor.shape)", "no tensor of that name")
    }
    try onQueue {
      try withoutGradients { for pair in pairs { try pair.target.copy(from: pair.source) } }
    }
    return WarmStart(source: info, hasFreshLastLayer: isFresh)
  }
}
