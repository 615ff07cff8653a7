/// A format of image files, recognised by the first bytes of a file, never by its name.
///
/// A new format is one file with its `ImageDecoder`, and a case here.
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
    guard let format = Self.allCases.first(where: { $0.decoder.recognises(view) }) else { return nil }
    self = format
  }

  /// How files of the format are read.
  var decoder: ImageDecoder {
    switch self {
    case .jpeg: .jpeg
    case .png: .png
    case .webp: .webP
    case .gif: .gif
    case .bmp: .bmp
    case .tiff: .tiff
    case .pnm: .pnm
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
