import Files
import Foundation
import Text

/// The Python in which users' trainers run: an interpreter, and where its package `swift_pba` is.
public struct PythonInterpreter: Hashable, Sendable {
  /// The interpreter's file.
  public let path: String
  /// What its processes have in their environment beside what this one has.
  public let environment: [String: String]

  /// Names the interpreter; the launcher of an installed package sets it.
  public static let variable = "PBA_PYTHON"
  private static let usualName = "python3"
  private static let searchPath = "PYTHONPATH"

  /// Finds the interpreter: the one that the environment names, else `python3` on the path of programs.
  ///
  /// A program in the build folder of a checkout uses the package of that checkout.
  ///
  /// - Parameters:
  ///   - variables: the environment.
  ///   - programFolder: the folder of this program.
  /// - Throws: ``PythonError`` where there is none.
  public init(
    _ variables: [String: String] = ProcessInfo.processInfo.environment,
    programFolder: String = Files.programFolder
  ) throws {
    let named = variables[Self.variable].flatMap { $0.isEmpty ? nil : $0 }
    guard let path = Self.find(named ?? Self.usualName, in: variables["PATH"] ?? "") else {
      throw PythonError(
        named.map {
          "\(Self.variable): found '\(printable($0))', which is no program; name the Python that has swift_pba"
        }
          ?? "a trainer needs Python: found no \(Self.usualName) on the PATH; install Python 3.10 or newer, or name one by \(Self.variable)"
      )
    }
    self.path = path
    guard let package = Self.package(ofCheckoutAround: programFolder) else {
      environment = [:]
      return
    }
    let others = variables[Self.searchPath].map { $0.isEmpty ? "" : ":" + $0 } ?? ""
    environment = [Self.searchPath: package + others]
  }

  /// The program of a name, or of a path.
  private static func find(_ name: String, in path: String) -> String? {
    let candidates =
      name.contains("/")
      ? [HomeFolder().expanding(name)]
      : path.split(separator: ":", omittingEmptySubsequences: true).map { $0 + "/" + name }
    return candidates.first {
      FileKind(following: $0) == .file && FileManager.default.isExecutableFile(atPath: $0)
    }
  }

  /// The folder with the package in the checkout in whose build folder a program is; nil for an installed one.
  private static func package(ofCheckoutAround folder: String) -> String? {
    let parts = folder.split(separator: "/")
    guard let build = parts.lastIndex(of: ".build") else { return nil }
    let package = "/" + (parts[..<build] + ["Python"]).joined(separator: "/")
    return FileKind(following: package + "/swift_pba/__init__.py") == .file ? package : nil
  }

  /// The arguments that start a worker.
  public static let worker = ["-m", "swift_pba.worker"]
  /// The arguments that start what `pba trainer` does.
  public static let trainerCommand = ["-m", "swift_pba.trainer"]
}

/// A Python that trainers cannot run in, and what to do.
public struct PythonError: Error, Hashable, CustomStringConvertible {
  /// What is wrong, in one line.
  public let description: String

  /// Makes an error of its text.
  init(_ text: String) { description = text }
}
