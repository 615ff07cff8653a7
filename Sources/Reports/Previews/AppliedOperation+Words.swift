import Augmentation
import Foundation

extension AppliedOperation {
  /// What was applied, how strongly and how probable it was, as it stands below a picture: `TranslateY 7, p 0.6`.
  ///
  /// The strength is the magnitude of the search where the policy has one, otherwise the parameter with its unit. A
  /// minus says that a movement went the other way.
  public var words: String {
    let strength = strength
    return operation.name + (strength.isEmpty ? "" : " " + strength)
      + String(format: ", p %.1f", probability)
  }

  private var strength: String {
    guard operation.usesParameter else { return "" }
    guard let magnitude else { return operation.unit.text(parameter).replacing("-", with: "−") }
    return (parameter < 0 ? "−" : "") + String(magnitude)
  }
}
