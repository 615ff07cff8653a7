import Torch

/// Everything that a network in training has learnt, in the memory of its device.
///
/// It holds what a checkpoint holds, to the bit, and goes from one trainer to another of the same recipe and device
/// without the host.
package final class TrainerState: @unchecked Sendable {
  // Nothing writes to the tensors once the state is made, and its maker waits for the device; so threads may share it.
  fileprivate let values: Tensor
  fileprivate let momentum: Tensor
  fileprivate let buffers: [Tensor]
  package let epoch: Int
  package var device: Device { values.device }

  fileprivate init(values: Tensor, momentum: Tensor, buffers: [Tensor], epoch: Int) {
    (self.values, self.momentum, self.buffers, self.epoch) = (values, momentum, buffers, epoch)
  }
}

extension Trainer {
  /// A copy of what this trainer has learnt, on its device; waits until it is whole.
  package func state() throws -> TrainerState {
    let (values, buffers) = try learnt()
    return try onQueue {
      let state = TrainerState(
        values: try values.clone(), momentum: try optimizer.momentum.clone(),
        buffers: try buffers.map { try $0.clone() }, epoch: epoch)
      try queue?.synchronize()
      return state
    }
  }

  /// Takes over what another trainer of the same recipe and device had learnt, without the host.
  package func restore(_ state: TrainerState) throws {
    let (values, buffers) = try learnt()
    try onQueue {
      try withoutGradients {
        try values.copy(from: state.values)
        try optimizer.momentum.copy(from: state.momentum)
        for (buffer, source) in zip(buffers, state.buffers) { try buffer.copy(from: source) }
      }
      // The state may be let go of from here on.
      try queue?.synchronize()
    }
    epoch = state.epoch
  }

  /// Becomes the freshly initialised network of a trial in the memory that this trainer has.
  package func restart(trial: Int) throws {
    // Weights are drawn on the CPU wherever the network is.
    let fresh = try Trainer(recipe: recipe, data: data, trial: trial)
    let (own, its) = (network.variables, fresh.network.variables)
    try onQueue {
      try withoutGradients {
        for (target, source) in zip(own.parameters + own.buffers, its.parameters + its.buffers) {
          try target.tensor.copy(from: source.tensor)
        }
        try optimizer.momentum.fill(0)
      }
    }
    (self.trial, epoch) = (trial, 0)
  }

  private func learnt() throws -> (values: Tensor, buffers: [Tensor]) {
    guard let values = network.variables.flatParameters else {
      throw TorchError("a trainer's variables are not flattened")
    }
    return (values, network.variables.buffers.map(\.tensor))
  }
}
