#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The folder of files that come with a module, beside the program.
///
/// The accessor that the package manager generates ends the program where the folder is missing; this says so.
///
/// - Parameter bundle: the package's and the module's name, as `swift-pba_Recipes`.
/// - Returns: the path of the folder.
/// - Throws: `FileError` where the program was installed without it.
public func resourceFolder(_ bundle: String) throws -> String {
  let place = programFolder
  let candidates = ["\(place)/\(bundle).resources", "\(place)/\(bundle).bundle/Contents/Resources"]
  guard let found = candidates.first(where: { Folder.isThere($0) }) else {
    throw FileError(
      path: candidates[0], action: "find the files that come with the program", reason: "no such folder",
      cure: "install the program again together with its folders of resources")
  }
  return found
}

/// The folder in which the program's file is, links followed; `.` where the system does not say.
public let programFolder: String = {
  guard let path = programPath, let slash = path.lastIndex(of: "/") else { return "." }
  return slash == path.startIndex ? "/" : String(path[..<slash])
}()

/// The path of the program's file, without links in it; nil where the system does not say.
package var programPath: String? {
  #if canImport(Darwin)
    var size = UInt32(PATH_MAX)
    var path = [CChar](repeating: 0, count: Int(size))
    guard _NSGetExecutablePath(&path, &size) == 0, let whole = realpath(path, nil) else { return nil }
  #else
    guard let whole = realpath("/proc/self/exe", nil) else { return nil }
  #endif
  defer { free(whole) }
  return String(cString: whole)
}
