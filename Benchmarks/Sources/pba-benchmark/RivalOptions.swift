import ArgumentParser
import Files
import Foundation
import Threads

/// The options of a benchmark that rivals can take part in.
struct RivalOptions: ParsableArguments {
  @Flag(help: "Measure the rivals in Python too, in turn with this program.")
  var rivals = false

  @Option(
    help: """
      The Python interpreter of the rivals, with the packages of Benchmarks/rivals/requirements.txt \
      (default: Benchmarks/.venv/bin/python where it is, otherwise python3).
      """)
  var python: String?

  func validate() throws {
    if python != nil && !rivals { throw ValidationError("--python is for --rivals") }
  }

  /// Starts a script of `Benchmarks/rivals`.
  ///
  /// - Parameters:
  ///   - script: the name of the script in `Benchmarks/rivals`.
  ///   - arguments: what the script gets on its command line.
  ///   - stop: ends a wait for an answer with `WorkStopped`.
  /// - Returns: the running script; nil where no rivals are asked for.
  /// - Throws: `RivalError` where the script or the interpreter is missing.
  func start(
    _ script: String, _ arguments: [String] = [], stop: StopFlag = StopFlag()
  ) throws -> RivalProcess? {
    guard rivals else { return nil }
    guard let benchmarks = Self.folder(with: "rivals/\(script)") else {
      throw RivalError.noScript(script)
    }
    let own = benchmarks.appendingPathComponent(".venv/bin/python").path
    let interpreter = python ?? (FileManager.default.isExecutableFile(atPath: own) ? own : "python3")
    return try RivalProcess(
      python: interpreter, script: benchmarks.appendingPathComponent("rivals/\(script)").path,
      arguments: arguments, stop: stop)
  }

  /// The folder `Benchmarks` of the checkout that the working directory or this program is in.
  private static func folder(with file: String) -> URL? {
    let program = Bundle.main.executableURL?.resolvingSymlinksInPath().deletingLastPathComponent()
    let places = [URL(fileURLWithPath: FileManager.default.currentDirectoryPath), program].compactMap { $0 }
    for place in places {
      var folder = place
      while folder.path != "/" {
        let candidate = folder.appendingPathComponent("Benchmarks")
        if FileManager.default.fileExists(atPath: candidate.appendingPathComponent(file).path) {
          return candidate
        }
        folder.deleteLastPathComponent()
      }
    }
    return nil
  }
}

/// Why rivals could not be measured.
enum RivalError: Error, CustomStringConvertible {
  case noScript(String)
  case noPython(String, reason: String)
  case failed(script: String, reason: String)

  var description: String {
    switch self {
    case .noScript(let script):
      "no Benchmarks/rivals/\(script) in this folder or above it, nor above the program; run this in a checkout"
    case .noPython(let python, let reason):
      "\(python): \(reason); name a Python interpreter with --python PATH, for example one made by"
        + " 'python3 -m venv Benchmarks/.venv'"
    case .failed(let script, let reason): "\(script): \(reason)"
    }
  }
}
