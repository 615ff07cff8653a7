import Files
import Foundation
import Threads

/// A Python program that measures rivals: it gets its work line by line, in JSON, and answers in the same way.
///
/// It stays alive between the questions, so that it loads and warms up once and can take turns with this program.
final class RivalProcess {
  /// What the script says first: what it measures with, or why it cannot.
  struct Greeting: Decodable {
    let versions: [String: String]?
    let error: String?
  }

  /// Names and versions of what the script measures with.
  private(set) var versions: [String: String] = [:]

  private let script: String
  private let process = Process()
  private let questions = Pipe()
  private let answers = Pipe()
  private var unread = Data()
  private let stop: StopFlag

  /// Starts the script and waits until it is ready.
  ///
  /// - Parameters:
  ///   - python: the interpreter, a path or a name.
  ///   - script: the path of the script.
  ///   - arguments: what the script gets on its command line.
  ///   - stop: ends a wait for an answer with `WorkStopped`.
  /// - Throws: `RivalError` where the interpreter is missing or the script does not become ready.
  init(python: String, script: String, arguments: [String], stop: StopFlag = StopFlag()) throws {
    self.script = (script as NSString).lastPathComponent
    self.stop = stop
    process.standardInput = questions
    process.standardOutput = answers
    // A script that is gone must give an error here, not end this program.
    signal(SIGPIPE, SIG_IGN)
    guard let found = Self.path(of: python) else {
      throw RivalError.noPython(python, reason: Self.whyNoProgram(python))
    }
    process.executableURL = URL(fileURLWithPath: found)
    process.arguments = [script] + arguments
    do {
      try process.run()
    } catch {
      throw RivalError.noPython(python, reason: systemReason(of: error))
    }
    let greeting: Greeting = try readAnswer()
    if let reason = greeting.error { throw RivalError.failed(script: self.script, reason: reason) }
    versions = greeting.versions ?? [:]
  }

  deinit {
    // The script ends with its questions; one that does not, or is in the middle of an answer, is ended.
    try? questions.fileHandleForWriting.close()
    if hasEnded(within: 2) { return }
    process.terminate()
    if hasEnded(within: 20) { return }
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  private func hasEnded(within seconds: Double) -> Bool {
    let begun = ContinuousClock.now
    while process.isRunning, ContinuousClock.now - begun < .seconds(seconds) {
      usleep(10_000)
    }
    return !process.isRunning
  }

  /// Asks for one thing and waits for the answer.
  func answer<Question: Encodable, Answer: Decodable>(
    _ question: Question, as type: Answer.Type = Answer.self
  ) throws -> Answer {
    var line = try JSONEncoder().encode(question)
    line.append(UInt8(ascii: "\n"))
    do {
      try questions.fileHandleForWriting.write(contentsOf: line)
    } catch {
      throw RivalError.failed(script: script, reason: "has ended")
    }
    return try readAnswer()
  }

  private func readAnswer<Answer: Decodable>() throws -> Answer {
    let bytes = try readLine()
    do {
      return try JSONDecoder().decode(Answer.self, from: bytes)
    } catch {
      throw RivalError.failed(
        script: script,
        reason: "gave an answer that is not understood: \(String(decoding: bytes, as: UTF8.self))")
    }
  }

  private func readLine() throws -> Data {
    while true {
      if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
        let line = unread[unread.startIndex..<end]
        unread = Data(unread[(end + 1)...])
        return Data(line)
      }
      while !canRead() {
        if stop.isRequested { throw WorkStopped() }
      }
      let more = answers.fileHandleForReading.availableData
      guard !more.isEmpty else {
        process.waitUntilExit()
        throw RivalError.failed(
          script: script,
          reason: """
            ended with code \(process.terminationStatus) and without an answer; is \
            \(process.executableURL?.path ?? "the program") a Python interpreter?
            """)
      }
      unread.append(more)
    }
  }

  /// Waits a tenth of a second at most for something to read, which may be the end.
  private func canRead() -> Bool {
    var wait = pollfd(fd: answers.fileHandleForReading.fileDescriptor, events: Int16(POLLIN), revents: 0)
    return poll(&wait, 1, 100) > 0
  }

  /// The file that a name stands for: itself where it has a slash, otherwise the first on PATH.
  private static func path(of program: String) -> String? {
    func isProgram(_ path: String) -> Bool {
      FileManager.default.isExecutableFile(atPath: path) && !Folder.isThere(path)
    }
    if program.contains("/") { return isProgram(program) ? program : nil }
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return folders.map { "\($0)/\(program)" }.first(where: isProgram)
  }

  private static func whyNoProgram(_ path: String) -> String {
    if Folder.isThere(path) { return "a folder, not a program" }
    let isFound = path.contains("/") && FileManager.default.fileExists(atPath: path)
    return isFound ? "a file that cannot be run" : "no such program"
  }
}
