import Foundation

/// The folder of files that come with a module, beside the program.
///
/// The accessor that the package manager generates ends the program where the folder is missing; this says so.
///
/// - Parameter bundle: the package's and the module's name, as `swift-pba_Recipes`.
/// - Returns: the path of the folder.
/// - Throws: `FileError` where the program was installed without it.
public func resourceFolder(_ bundle: String) throws -> String {
  let place = Bundle.main.bundleURL.path
  let candidates = ["\(place)/\(bundle).resources", "\(place)/\(bundle).bundle/Contents/Resources"]
  guard let found = candidates.first(where: { Folder.isThere($0) }) else {
    throw FileError(
      path: candidates[0], action: "find the files that come with the program", reason: "no such folder",
      cure: "install the program again together with its folders of resources")
  }
  return found
}
