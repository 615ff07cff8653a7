import ArgumentParser
import Datasets

extension ImageSize: ExpressibleByArgument {
  /// Reads a size as `ImageSize` does.
  public init?(argument: String) { self.init(argument) }
}

/// How the images of `folder:PATH` are read.
struct ImageFolderArguments: ParsableArguments {
  @Option(
    help:
      "For folder:PATH, the size images are scaled and cropped to: 64, or HEIGHTxWIDTH such as 64x48. (default: 32)"
  )
  var imageSize: ImageSize?

  @Flag(help: "For folder:PATH, leave out files that cannot be read as images; otherwise one is an error.")
  var skipUnreadable = false

  var options: ImageFolderOptions {
    ImageFolderOptions(imageSize: imageSize, skipUnreadable: skipUnreadable)
  }

  /// The options with which a network is evaluated: where no size is given, that of the images it was trained on.
  ///
  /// - Parameters:
  ///   - dataset: the name of the dataset.
  ///   - trainedOn: the height and width of the images that the network was trained on.
  /// - Returns: the options, with a size for image folders.
  func options(for dataset: String, trainedOn: [Int]) -> ImageFolderOptions {
    var options = options
    if takesImageSize(dataset), options.imageSize == nil, trainedOn.count == 2 {
      options.imageSize = ImageSize(height: trainedOn[0], width: trainedOn[1])
    }
    return options
  }
}

extension Settings {
  /// The image size as a run records it: the default is spelt out, where there is a choice.
  func recordedImageSize(for dataset: String) -> ImageSize? {
    imageSize ?? (takesImageSize(dataset) ? .standard : nil)
  }

  /// Whether unreadable images are left out, as a run records it: only where they are.
  var recordedSkipUnreadable: Bool? { skipUnreadable == true ? true : nil }
}

/// Whether the images of a dataset are brought to the size that is asked for.
private func takesImageSize(_ dataset: String) -> Bool { DatasetFamily.of(dataset)?.takesImageSize ?? false }
