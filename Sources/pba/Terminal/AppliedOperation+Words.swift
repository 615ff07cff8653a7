import Augmentation

extension AppliedOperation {
  /// The operation with its strength: `Rotate 12°`.
  var words: String {
    let strength = operation.unit.text(parameter)
    return operation.name + (strength.isEmpty ? "" : " \(strength)")
  }
}
