import Augmentation
import Text

/// A policy that the setting `policy` knows by a name, with an argument after a colon where it takes one.
///
/// A new policy is one file and one entry in ``all``.
public struct NamedPolicy: Sendable {
  /// The name, such as `randaugment`.
  public let name: String
  /// The name with what may follow it, such as `randaugment[:N,M]`.
  public let usage: String
  /// One line on what it does.
  public let summary: String

  /// What a policy may depend on beside its argument.
  struct Context {
    /// The dataset's name.
    let dataset: String
    /// The seed of the training.
    let seed: UInt64
  }

  /// What a policy comes to.
  enum Content: Sendable {
    /// A policy for each epoch.
    case schedule(Schedule)
    /// One program for all epochs, which may depend on the size of the images, and on how lengths in pixels follow it.
    ///
    /// Lengths that magnitudes of the search stand for are scaled by the caller that asks for the program.
    case program(@Sendable (_ width: Int, _ height: Int, PixelScale) -> AugmentationProgram)
    /// Nothing but the tail of the pipeline, with or without its Cutout.
    case tail(CutoutRule)
  }

  typealias Maker = @Sendable (_ argument: Argument, Context) throws(PolicyError) -> Content

  let make: Maker

  init(_ name: String, usage: String? = nil, summary: String, make: @escaping Maker) {
    self.name = name
    self.usage = usage ?? name
    self.summary = summary
    self.make = make
  }

  /// Every policy with a name, in the order of listings.
  public static let all: [NamedPolicy] =
    [none, cutout, autoAugment, randAugment, trivialAugment, trivialAugmentWide]
    + PublishedSchedule.all.map(\.policy) + [random]

  /// How all of them are written, as a list for messages.
  public static var usages: String { all.map(\.usage).joined(separator: ", ") }
}

extension NamedPolicy {
  /// What stands after the colon of a policy's name.
  struct Argument {
    /// The option's whole value, for messages.
    let whole: String
    /// The text after the colon, nil where there is none.
    let text: String?

    func failure(expected: String) -> PolicyError {
      PolicyError(place: "policy", found: JSONValue.string(whole).summary, expected: expected)
    }

    /// Throws if there is an argument.
    func refuse(_ name: String) throws(PolicyError) {
      if text != nil { throw failure(expected: "\(name) alone, which takes no argument") }
    }
  }
}
