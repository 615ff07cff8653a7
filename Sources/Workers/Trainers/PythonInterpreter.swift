import Files
import Foundation
import Text
import Threads

/// The Python in which users' trainers run: an interpreter, and where its package `swift_pba` is.
public struct PythonInterpreter: Hashable, Sendable {
  /// The interpreter's file.
  public let path: String
  /// The environment of its processes.
  public let variables: [String: String]

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
    var variables = variables
    if let package = Self.package(ofCheckoutAround: programFolder) {
      let others = variables[Self.searchPath].map { $0.isEmpty ? "" : ":" + $0 } ?? ""
      variables[Self.searchPath] = package + others
    }
    self.variables = variables
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

  /// Throws ``PythonError`` where the interpreter cannot load the package `swift_pba`.
  public func requirePackage() throws {
    var words: [String] = []
    let (_, ending) = try run(["-c", "import swift_pba"], StopFlag()) { words.append($0) }
    guard ending != .code(0) else { return }
    let reason = words.last { !$0.allSatisfy(\.isWhitespace) } ?? "it \(ending), and said nothing"
    throw PythonError(
      "\(printable(path)) cannot load swift_pba: \(printable(reason)); install it there (\(printable(path)) -m pip install swift-pba),"
        + " or name the Python that has it by \(Self.variable)")
  }

  /// Runs the interpreter to its end and gives the lines that it printed.
  ///
  /// - Parameters:
  ///   - arguments: those of the interpreter.
  ///   - flag: a further argument, which has it end when its standard input ends: so when this program does, in whatever way.
  ///     Nil: its standard input has ended from the start.
  ///   - codes: those that it may end with.
  ///   - stop: whether it is to be ended before; then `WorkStopped` is thrown.
  ///   - onErrorLine: called with each line on its standard error.
  /// - Returns: the lines of its standard output.
  /// - Throws: `FileError` where it cannot be started; ``PythonError`` where it ends otherwise.
  public func output(
    of arguments: [String], endingWithInput flag: String? = nil, endingWith codes: Set<Int32> = [0],
    stop: StopFlag = StopFlag(), onErrorLine: @escaping (String) -> Void
  ) throws -> [String] {
    let flags = flag.map { [$0] } ?? []
    let (lines, ending) = try run(arguments + flags, stop, keepsInput: flag != nil, onErrorLine)
    if case .code(let code) = ending, codes.contains(code) { return lines }
    throw PythonError(
      "\(printable(([path] + arguments.prefix(2)).joined(separator: " "))) \(ending); run it by hand and look at what it prints"
    )
  }

  /// Runs the interpreter to its end; gives what it printed, and how it has ended.
  private func run(
    _ arguments: [String], _ stop: StopFlag, keepsInput: Bool = false, _ onErrorLine: (String) -> Void
  ) throws -> (lines: [String], ending: ChildProcess.Ending) {
    let errors = ErrorLines()
    let process = try ChildProcess([path] + arguments, environment: variables) { errors.add($0) }
    if !keepsInput { process.closeInput() }
    var lines: [String] = []
    do {
      while true {
        if stop.isRequested {
          process.kill()
          throw WorkStopped()
        }
        if let line = try process.receive(within: 0.25) { lines.append(line) }
        errors.take().forEach(onErrorLine)
      }
    } catch is WorkerLoss {
      // So ends every process.
      process.kill()
      errors.take().forEach(onErrorLine)
      return (lines, process.ending ?? .unknown)
    }
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

/// The lines on a process's standard error that were not looked at yet.
private final class ErrorLines: @unchecked Sendable {
  // The lock guards the variable, so sharing the object is safe.
  private let lock = ThreadLock()
  private var lines: [String] = []

  func add(_ line: String) { lock.withLock { lines.append(line) } }

  func take() -> [String] {
    lock.withLock {
      defer { lines = [] }
      return lines
    }
  }
}
