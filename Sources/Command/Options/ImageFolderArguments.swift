import ArgumentParser
import Datasets

extension ImageSize: ExpressibleByArgument {
  /// Reads a size as `ImageSize` does.
  public init?(argument: String) { self.init(argument) }
}

/// How the images of `folder:PATH` are read.
struct ImageFolderArguments: ParsableArguments {
  @Option(\.imageSize) var imageSize: ImageSize?
  @Flag(\.skipUnreadable) var skipUnreadable: Bool = false

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

/// Whether the images of a dataset are brought to the size that is asked for.
func takesImageSize(_ dataset: String) -> Bool { DatasetFamily.of(dataset)?.takesImageSize ?? false }
