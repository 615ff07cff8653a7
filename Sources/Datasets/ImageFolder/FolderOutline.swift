import Foundation

/// What lies in a folder, as far as it shows whether that is the folder of a class or holds folders of classes or sets.
struct FolderOutline {
  /// The names of the folders in it.
  private(set) var folders: Set<String> = []
  /// How many files may be images; no more than one beyond the strays are counted.
  private(set) var images = 0

  /// More images than this are those of a class.
  private static let mostStrays = 16

  /// Reads the names in a folder; nil where it cannot be listed.
  ///
  /// Reading ends where there are too many images for strays, so that this costs little for the folder of a class.
  init?(of path: String) {
    guard let stream = opendir(path) else { return nil }
    defer { closedir(stream) }
    while images <= Self.mostStrays, let entry = readdir(stream) {
      let type = Int(entry.pointee.d_type)
      let name = withUnsafeBytes(of: &entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      guard !isLeftByFileManagers(name) else { continue }
      // A link, or a file system that does not give the type.
      let mayBeFolder = type != Int(DT_REG) && identity(ofFolder: path + "/" + name) != nil
      if type == Int(DT_DIR) || mayBeFolder {
        folders.insert(name)
      } else if mayBeImage(name) {
        images += 1
      }
    }
  }

  /// Whether the images are few enough to have been left beside the folders.
  var hasStraysAtMost: Bool { images <= Self.mostStrays }
}

/// Whether a file may be one of a class's images, by its name.
///
/// What it is taken for is decided by its content; here a list of labels beside folders must not look like an image.
private func mayBeImage(_ name: String) -> Bool {
  guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return false }
  return imageExtensions.contains(name[name.index(after: dot)...].lowercased())
}

private let imageExtensions: Set<String> = [
  "jpg", "jpeg", "jpe", "jfif", "png", "webp", "gif", "bmp", "dib", "tif", "tiff", "ppm", "pgm", "pbm", "pnm",
]
