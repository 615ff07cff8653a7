import ArgumentParser
import Foundation
import Workers

/// `pba worker`: trains segments of a search that another process plans.
struct WorkerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "worker", abstract: "Train segments of a search that another process plans.",
    discussion: """
      `pba search --workers N` starts such workers itself. A worker speaks lines of JSON on standard input and output, \
      writes all else to standard error, and ends with its coordinator. The protocol is in docs/worker-protocol.md.
      """,
    shouldDisplay: false)

  func run() throws {
    guard isatty(STDIN_FILENO) == 0 else {
      throw ValidationError(
        "standard input: found a terminal, expected the messages of a search; see `pba search --workers N`")
    }
    try NetworkWorker(name: "pba \(Version.text)").serve()
  }
}
