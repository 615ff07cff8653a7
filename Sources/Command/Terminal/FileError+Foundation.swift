import Files
import Foundation

extension FileError {
  /// What Foundation reports of a file, whose own text on Linux is a domain and a number.
  ///
  /// Nil for any other error, and where it does not say which file.
  package init?(foundation error: any Error) {
    guard error is CocoaError || error is POSIXError, let path = Self.path(in: error) else { return nil }
    self.init(path: path, action: "use it", reason: systemReason(of: error))
  }

  /// The file that an error of Foundation, or what lies behind it, is about; nil where it does not say.
  private static func path(in error: any Error) -> String? {
    let details = (error as? CocoaError)?.userInfo ?? (error as? POSIXError)?.userInfo ?? [:]
    if let path = details[NSFilePathErrorKey] as? String { return path }
    if let url = details[NSURLErrorKey] as? URL { return url.path }
    return (details[NSUnderlyingErrorKey] as? any Error).flatMap(path)
  }
}
