import ArgumentParser
import Files
import Foundation
import HTTPServer
import Text
import Threads

/// `pba dashboard`: the page about a run, live.
struct DashboardCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dashboard", abstract: "Show the page about a run in a browser, and follow the run.",
    discussion: """
      The page of `pba report`, from a small server on this machine, whose address is printed. What has changed after a \
      segment or an epoch appears by itself. The run may not have begun yet, or have ended. Only this machine can reach the \
      server unless --host says otherwise, and nothing can be changed through it. Ctrl-C ends it; the run is not touched.
      """)

  @Argument(help: ArgumentHelp("The folder of the run.", valueName: "run"))
  var folder: String

  @Option(help: "The port. (default: one that is free)")
  var port: Int?

  @Option(
    help: ArgumentHelp(
      "The address to listen at, such as 0.0.0.0; whoever reaches it can read the run, there is no password.",
      valueName: "address"))
  var host = "127.0.0.1"

  @Flag(help: "Also open the page in the browser.")
  var open = false

  func validate() throws {
    if let port, !(1...65535).contains(port) {
      throw ValidationError("--port: found \(port), expected a number from 1 to 65535")
    }
    guard !host.isEmpty, !folder.isEmpty else {
      throw ValidationError("found an empty name, expected a folder and an address")
    }
  }

  func run() throws {
    let path = folder.count > 1 && folder.hasSuffix("/") ? String(folder.dropLast()) : folder
    if FileKind(following: path) == .file {
      throw SettingsError(
        "\(printable(path)): found a file, expected the folder of a run, which may not be there yet",
        isUsageMistake: false)
    }
    let dashboard: Dashboard
    do {
      dashboard = try Dashboard(of: path, host: host, port: port ?? 0)
    } catch let error as HTTPServerError {
      throw SettingsError(
        "\(error); name another with --port or --host, or leave both out", isUsageMistake: false)
    }
    let stop = StopFlag()
    // Who starts the program with a signal ignored wants it to outlive the signal.
    let signals = [SIGINT, SIGTERM, SIGHUP].filter { !Interruption.isIgnored($0) }
    try SignalListener.listen(to: signals) { _ in
      // The next one ends the program at once.
      SignalListener.stop(listeningTo: signals)
      stop.request()
      dashboard.wake()
    }
    printResult(dashboard.address)
    if !dashboard.isLocal {
      printNote("whoever reaches this address can read the run; there is no password")
    }
    if open, !openInBrowser(dashboard.address) {
      printNote("found no browser to open; open the address by hand")
    }
    printNote("following \(path); Ctrl-C ends this, not the run")
    dashboard.follow(until: stop)
    dashboard.finish()
  }
}
