import ArgumentParser

/// Whether lengths in pixels follow the size of the images.
struct ScalingOptions: ParsableArguments {
  @Flag(\.scaleToSize) var scaleToSize: Bool?
}
