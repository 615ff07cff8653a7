import Augmentation
import Foundation
import Text

extension AppliedOperation {
  /// What was applied, how strongly and how probable it was, as it stands below a picture: `TranslateY 7, p 0.6`.
  ///
  /// The strength is the magnitude of the search where the policy has one, otherwise the parameter with its unit. A
  /// minus says that a movement went the other way. A length that follows the size of the image, and a
  /// strength of another space than PBA's, stand beside their magnitude.
  public var words: String {
    let strength = strength
    return operation.name + (strength.isEmpty ? "" : " " + strength)
      + ", p \(decimal(probability, 1))"
  }

  private var strength: String {
    guard operation.usesParameter else { return "" }
    guard let magnitude else { return operation.unit.text(parameter).replacing("-", with: "−") }
    let isUsual =
      Augmentation.Operation.magnitudes.contains(magnitude)
      && abs(parameter) == abs(operation.parameter(magnitude: magnitude))
    return (parameter < 0 ? "−" : "") + String(magnitude)
      + (isUsual ? "" : " (\(operation.unit.text(abs(parameter))))")
  }
}
