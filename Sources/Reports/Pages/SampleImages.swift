import Images

/// Images before and after augmentation, for a report.
public enum SampleImages: Sendable {
  /// Images in groups, one for each policy.
  case groups([Group])
  /// There are none, and why.
  case unavailable(reason: String)

  /// Images under one policy.
  public struct Group: Sendable {
    /// The heading.
    public let title: String
    /// What stands above the columns, such as `epoch 3`.
    public let columns: [String]
    /// The images.
    public let rows: [Row]

    /// A group; each row has as many pictures as there are columns, and the original before them.
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
    /// The original, then one picture for each column.
    public let pictures: [Picture]

    /// A row of pictures.
    public init(name: String, pictures: [Picture]) {
      self.name = name
      self.pictures = pictures
    }
  }

  /// An image, and what was done to it in words.
  public struct Picture: Sendable {
    /// The pixels.
    public let image: RGBAImage
    /// What was applied.
    public let words: String

    /// A picture and what was applied to it.
    public init(_ image: RGBAImage, words: String) {
      self.image = image
      self.words = words
    }
  }
}
