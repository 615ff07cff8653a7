import Augmentation

/// The operations that RandAugment and TrivialAugment draw among, with the range of each one's strength.
///
/// A strength is a bin in 0...30; the parameter grows with it in equal steps. Half of the applications of a movement
/// go the other way, and half of those of a colour mixture take the factor as far below 1 as above.
struct OperationSpace: Sendable {
  /// How far the strongest translation goes.
  enum Reach: Sendable {
    case pixels(Double)
    /// A share of the image's width or height.
    case share(Double)

    func pixels(of extent: Int, _ scale: PixelScale) -> Double {
      switch self {
      case .pixels(let pixels): scale.length(pixels)
      case .share(let share): share * Double(extent)
      }
    }
  }

  let shear: Double
  let translation: Reach
  let rotation: Double
  let mixture: Double
  /// How many of the 8 bits of a colour value the strongest posterisation removes.
  let removedBits: Double

  /// The strongest bin.
  static let strongest = 30

  /// The space of RandAugment (Cubuk et al., 2019, arXiv:1909.13719), translations as in its predecessor: up to 150
  /// of 331 pixels.
  static let standard = OperationSpace(
    shear: 0.3, translation: .share(150.0 / 331), rotation: 30, mixture: 0.9, removedBits: 4)

  /// The Wide space of TrivialAugment (Müller and Hutter, 2021, arXiv:2103.10158), with torchvision's bounds: its factors
  /// end at 1.99, where the paper's program has 2.
  static let wide = OperationSpace(
    shear: 0.99, translation: .pixels(32), rotation: 135, mixture: 0.99, removedBits: 6)

  /// The fourteen operations at one strength.
  ///
  /// - Parameters:
  ///   - bin: the strength, 0...30.
  ///   - width: the images' width in pixels.
  ///   - height: the images' height in pixels.
  ///   - scale: how a reach in pixels follows the size of the images.
  /// - Returns: a step that always fires for each of the fourteen; nil for the one that does nothing.
  func choices(
    bin: Int, width: Int, height: Int, scale: PixelScale = .none
  ) -> [AugmentationProgram.Step?] {
    func reaching(_ limit: Double) -> Double { limit * Double(bin) / Double(Self.strongest) }
    func step(_ operation: Operation, _ parameter: Double, opposite: Double? = nil)
      -> AugmentationProgram.Step
    {
      AugmentationProgram.Step(operation: operation, probability: 1, parameter: parameter, opposite: opposite)
    }
    func moving(_ operation: Operation, _ distance: Double) -> AugmentationProgram.Step {
      step(operation, distance, opposite: -distance)
    }
    // Both papers' programs move by whole pixels, cut off.
    func translating(_ operation: Operation, _ extent: Int) -> AugmentationProgram.Step {
      moving(operation, reaching(translation.pixels(of: extent, scale)).rounded(.towardZero))
    }
    func mixing(_ operation: Operation) -> AugmentationProgram.Step {
      step(operation, 1 + reaching(mixture), opposite: 1 - reaching(mixture))
    }
    return [
      nil, moving(.shearX, reaching(shear)), moving(.shearY, reaching(shear)),
      translating(.translateX, width),
      translating(.translateY, height), moving(.rotate, reaching(rotation)), mixing(.brightness),
      mixing(.color),
      mixing(.contrast), mixing(.sharpness),
      step(.posterize, 8 - reaching(removedBits).rounded(.toNearestOrEven)),
      step(.solarize, 255 - reaching(255)), step(.autoContrast, 0), step(.equalize, 0),
    ]
  }
}
