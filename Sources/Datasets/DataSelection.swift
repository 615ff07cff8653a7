import Files

/// Which images a run works with: what `loadDataset` needs to give the same ones again.
public struct DataSelection: Codable, Hashable, Sendable {
  /// The dataset, as it is named on the command line.
  public var dataset: String
  /// The number of training images; nil for all that validation leaves.
  public var trainSize: Int?
  /// The number of validation images; nil for the dataset's default.
  public var validationSize: Int?
  /// The folder with datasets; a leading `~` is the home folder.
  ///
  /// The images do not depend on it.
  public var dataDirectory: String

  /// The size of the images of a folder; nil for datasets whose images have one size.
  public var imageSize: ImageSize?
  /// Whether unreadable images of a folder are left out; nil for no.
  public var skipUnreadable: Bool?
  /// The dataset that holds today what `dataset` held when the run was begun, where that was moved; nil for the same.
  public var movedTo: String?

  /// A selection of a dataset, with the defaults of that dataset where nothing is said.
  ///
  /// - Parameters:
  ///   - dataset: the name of the dataset, as `--dataset` takes it.
  ///   - trainSize: how many training images; nil for the default of the dataset.
  ///   - validationSize: how many validation images; nil for the default of the dataset.
  ///   - dataDirectory: the folder of the files of all datasets.
  ///   - images: how the images of a folder are read.
  public init(
    _ dataset: String, trainSize: Int? = nil, validationSize: Int? = nil, dataDirectory: String = "",
    images: ImageFolderOptions = ImageFolderOptions()
  ) {
    self.dataset = dataset
    self.trainSize = trainSize
    self.validationSize = validationSize
    self.dataDirectory = dataDirectory
    imageSize = images.imageSize
    skipUnreadable = images.skipUnreadable ? true : nil
  }

  /// The dataset as it is found today.
  public var place: String { movedTo ?? dataset }

  /// The settings that say where images lie, which are the same images wherever that is.
  public static let namesOfPlaces: Set<String> = ["dataDirectory", "movedTo"]

  /// This selection under the name that the same images had when a run was begun.
  ///
  /// Results hold the name, so they do not depend on where the images are now. A dataset whose family is not movable
  /// has no place in its name.
  public func named(as begun: DataSelection) -> DataSelection {
    var same = self
    guard let family = DatasetFamily.of(place), family.isMovable,
      family.name == DatasetFamily.of(begun.dataset)?.name
    else { return same }
    same.dataset = begun.dataset
    same.movedTo = place == begun.dataset ? nil : place
    return same
  }

  /// The dataset's name for others to read: of a folder its own name, not where it lies on this machine.
  public var publicName: String {
    guard let colon = dataset.firstIndex(of: ":"), dataset[colon...].contains("/") else { return dataset }
    return String(dataset[...colon]) + (dataset.split(separator: "/").last ?? "")
  }

  /// How the images of a folder are read.
  public var images: ImageFolderOptions {
    ImageFolderOptions(imageSize: imageSize, skipUnreadable: skipUnreadable ?? false)
  }
}

extension DataSelection {
  /// The folder of datasets where none is named; `~` in it stands for the home folder of whoever reads it.
  public static var defaultDirectory: String { HomeFolder().cacheFolder("pba/data") }
}
