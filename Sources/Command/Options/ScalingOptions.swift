import ArgumentParser

/// Whether lengths in pixels follow the size of the images.
struct ScalingOptions: ParsableArguments {
  @Flag(
    inversion: .prefixedNo,
    help: """
      Multiply the lengths in pixels of policies (translations, Cutout), and the default Cutout and crop padding, by the \
      images' shorter side over 32. (default: yes for folder:PATH, no for other datasets and in pictures)
      """)
  var scaleToSize: Bool?
}
