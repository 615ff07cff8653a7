import Augmentation
import Foundation
import Text

extension AppliedOperation {
  /// What was applied, how strongly and how probable it was, as it stands below a picture: `TranslateY 7, p 0.6`.
  ///
  /// The strength is the magnitude of the search where the policy has one, otherwise the parameter with its unit. A
  /// minus says that a movement went the other way. Where the magnitude alone does not say the strength, as of a
  /// length that follows the size of the image, the parameter stands beside it.
  ///
  /// - Parameter usesOtherSpace: whether the policy is of another space than PBA's, where no magnitude says it.
  /// - Returns: one line.
  public func words(ofOtherSpace usesOtherSpace: Bool = false) -> String {
    let strength = strength(saysParameter: usesOtherSpace)
    return operation.name + (strength.isEmpty ? "" : " " + strength)
      + ", p \(decimal(probability, 1))"
  }

  private func strength(saysParameter: Bool) -> String {
    guard operation.usesParameter else { return "" }
    let text = operation.unit.text(parameter).replacing("-", with: "−")
    guard let magnitude else { return text }
    let isUsual =
      !saysParameter && Augmentation.Operation.magnitudes.contains(magnitude)
      && abs(parameter) == abs(operation.parameter(magnitude: magnitude))
    return isUsual ? (parameter < 0 ? "−" : "") + String(magnitude) : "\(magnitude) (\(text))"
  }
}
