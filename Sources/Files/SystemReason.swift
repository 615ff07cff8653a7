#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The system's words for one of its error numbers, as in "Permission denied".
public func systemReason(_ code: Int32) -> String { String(cString: strerror(code)) }

/// What the system says of a failure that Foundation reports.
///
/// Foundation's own text on Linux is a domain and a number. An error of another kind is described as it describes itself.
public func systemReason(of error: any Error) -> String {
  if let error = error as? POSIXError { return systemReason(error.code.rawValue) }
  guard let error = error as? CocoaError else { return "\(error)" }
  if let underlying = error.underlying { return systemReason(of: underlying) }
  let code: Int32? =
    switch error.code {
    case .fileNoSuchFile, .fileReadNoSuchFile: ENOENT
    case .fileReadNoPermission, .fileWriteNoPermission: EACCES
    case .fileWriteFileExists: EEXIST
    case .fileWriteOutOfSpace: ENOSPC
    case .fileWriteVolumeReadOnly: EROFS
    case .fileReadTooLarge: EFBIG
    case .fileReadInvalidFileName, .fileWriteInvalidFileName: EINVAL
    default: nil
    }
  return code.map(systemReason) ?? "the system gave no reason (number \(error.code.rawValue))"
}
