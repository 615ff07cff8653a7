import Images

/// Images before and after augmentation, for a report.
public enum SampleImages: Sendable {
  case groups([Group])
  /// There are none, and why.
  case unavailable(reason: String)

  /// Images under one policy.
  public struct Group: Sendable {
    public let title: String
    /// What stands above the columns, such as `epoch 3`.
    public let columns: [String]
    public let rows: [Row]

    public init(title: String, columns: [String], rows: [Row]) {
      self.title = title
      self.columns = columns
      self.rows = rows
    }
  }

  /// One image: as it is, then in the epochs of the columns.
  public struct Row: Sendable {
    /// What it shows.
    public let name: String
    public let pictures: [Picture]

    public init(name: String, pictures: [Picture]) {
      self.name = name
      self.pictures = pictures
    }
  }

  /// An image, and what was done to it in words.
  public struct Picture: Sendable {
    public let image: RGBAImage
    public let words: String

    public init(_ image: RGBAImage, words: String) {
      self.image = image
      self.words = words
    }
  }
}
