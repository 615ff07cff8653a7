/// How the images of a folder are read; it changes which images a run sees.
public struct ImageFolderOptions: Hashable, Sendable {
  /// The size all images are brought to; nil for `ImageSize.standard`.
  public var imageSize: ImageSize?
  /// Whether files that cannot be read as images are left out; otherwise one of them is an error.
  public var skipUnreadable: Bool

  /// Options; without any, images of the standard size and none left out.
  public init(imageSize: ImageSize? = nil, skipUnreadable: Bool = false) {
    self.imageSize = imageSize
    self.skipUnreadable = skipUnreadable
  }

  /// Throws if anything is asked for, since this dataset has no use for it.
  func refuse(for dataset: String) throws {
    guard imageSize != nil || skipUnreadable else { return }
    throw DatasetError.badParameter(
      dataset: dataset,
      found: imageSize.map { "the image size \($0)" } ?? "a request to skip unreadable images",
      expected:
        "neither \(setting: "imageSize") nor \(setting: "skipUnreadable"), which are for folder:PATH alone")
  }
}

/// What happens while a dataset is loaded, for display.
public enum DatasetLoadingEvent: Sendable, Equatable {
  /// Something the user should know, in one line.
  case note(String)
  /// So many images are about to be decoded.
  case decoding(total: Int)
  /// So many more have been decoded; comes from several threads.
  case decoded(Int)
  /// So many more were decoded before and have not changed; comes from several threads.
  case takenOver(Int)
  /// So many files are about to be read to see whether they have changed, which size and times do not show.
  case comparing(total: Int)
  /// So many more have been read; comes from several threads.
  case compared(Int)
}

/// Takes the events of loading, on any thread.
public typealias DatasetLoadingObserver = @Sendable (DatasetLoadingEvent) -> Void
