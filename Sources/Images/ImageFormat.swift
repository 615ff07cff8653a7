/// A format of image files, recognised by the first bytes of a file, never by its name.
public enum ImageFormat: String, CaseIterable, Sendable {
  case jpeg = "JPEG"
  case png = "PNG"
  case webp = "WebP"
  case gif = "GIF"
  case bmp = "BMP"
  case tiff = "TIFF"
  case pnm = "PNM"

  /// The format of a file's content, nil when it is none of these.
  public init?(of file: [UInt8]) {
    let view = ByteView(file[...])
    func begins(_ text: String) -> Bool { view.has(text.utf8, at: 0) }
    if view.has([0xFF, 0xD8, 0xFF], at: 0) {
      self = .jpeg
    } else if view.has([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], at: 0) {
      self = .png
    } else if begins("RIFF"), view.has("WEBP".utf8, at: 8) {
      self = .webp
    } else if begins("GIF87a") || begins("GIF89a") {
      self = .gif
    } else if begins("II*\0") || begins("MM\0*") || begins("II+\0") || begins("MM\0+") {
      self = .tiff
    } else if begins("BM"), BMPHeader.sizes.contains(view.number(at: 14, bytes: 4, .little) ?? 0) {
      self = .bmp
    } else if PNMHeader.isPNM(view) {
      self = .pnm
    } else {
      return nil
    }
  }

  /// What a file is that is no image of these formats, in words for an error.
  static func stranger(_ file: [UInt8]) -> String {
    if file.isEmpty { return "an empty file" }
    let view = ByteView(file[...])
    // ISO base media files name their kind after the word ftyp.
    if view.has("ftyp".utf8, at: 4), let brand = view.slice(8, 4) {
      return
        "a file of the kind \(String(decoding: brand, as: UTF8.self).debugDescription), such as HEIC, AVIF or video"
    }
    return "bytes that are no image"
  }
}
