import Foundation
import HTTPServer
import Reports
import RunStore
import Threads

/// The page about a run on a small server of this machine, which follows the run.
///
/// The run is read and the page made again only where the run has changed and somebody looks, and for no more than
/// ``share`` of one core.
final class Dashboard: @unchecked Sendable {
  /// The most of a core's time that ``follow(until:)`` takes to read the run and make pages.
  static let share = 0.05
  /// How often it looks whether the run has changed, in seconds.
  private static let rhythm = 0.5
  /// How long a page that is asked for waits at most for the next look at the run, in seconds.
  private static let patience = 1.0

  private let path: String
  private let site: DashboardSite
  private let server: HTTPServer
  private let host: String
  private let bell: Bell
  /// Rung after each look at the run.
  private let looked: Bell

  // What follows belongs to whoever makes the pages: the thread that made the object, then the one that follows, then
  // the one that finishes, one after the other.
  private let dataset = SampledDataset()
  private let runs = OpenRuns()
  private var shown: RunStamp?
  private var page: LivePage
  /// Before this, no page is made.
  private var notBefore = ContinuousClock.now

  /// Starts the server with the page as it is now.
  ///
  /// - Parameters:
  ///   - path: the folder of the run, which may not yet be there.
  ///   - host: the address to listen at.
  ///   - port: the port; 0 for one that is free.
  /// - Throws: `HTTPServerError`, or `ThreadError`.
  init(of path: String, host: String = "127.0.0.1", port: Int = 0) throws {
    self.path = path
    self.host = host
    let (bell, looked) = (Bell(), Bell())
    (self.bell, self.looked) = (bell, looked)
    page = LivePage(waitingFor: path, version: Version.text)
    site = DashboardSite(page) {
      // Nobody may have looked for hours. Who has the page from curl, or without JavaScript, sees no later one.
      _ = looked.hasRung
      bell.ring()
      looked.wait(within: Self.patience)
    } onStream: {
      bell.ring()
    }
    let own = ProcessInfo.processInfo.hostName
    server = try HTTPServer(
      site, host: host, port: port, hosts: KnownHosts([host, own, String(own.prefix { $0 != "." })]))
    render(RunStamp(of: path))
  }

  /// Whether only this machine can reach it.
  var isLocal: Bool { server.isLocal }

  /// The address for a browser.
  var address: String {
    let isEverywhere = ["0.0.0.0", "::"].contains(host)
    let name = isEverywhere ? ProcessInfo.processInfo.hostName : host.contains(":") ? "[\(host)]" : host
    return "http://\(name):\(server.port)/"
  }

  /// Follows the run until a stop is requested; ``wake()`` has it noticed at once.
  func follow(until stop: StopFlag) {
    while !stop.isRequested {
      let hasRung = bell.hasRung
      // Who has just come may not be counted yet.
      let isWatched = server.streamCount > 0 || hasRung
      if isWatched, notBefore <= .now {
        let stamp = RunStamp(of: path)
        if stamp != shown { render(stamp) }
      }
      looked.ring()
      bell.wait(within: isWatched ? Self.rhythm : 60)
    }
  }

  /// Has ``follow(until:)`` look whether it is to stop.
  func wake() { bell.ring() }

  /// Shows those who look how the run stands at the end, and ends the server.
  func finish() {
    let stamp = RunStamp(of: path)
    if server.streamCount > 0, stamp != shown { render(stamp) }
    server.finish()
  }

  /// - Parameter stamp: that of the run, taken before it is read: what changes meanwhile is shown the next time.
  private func render(_ stamp: RunStamp) {
    let begin = Self.secondsOfCore
    let found: LivePage
    do {
      let contents = try RunContents(reading: path, through: runs)
      found = LivePage(ReportPage(contents, try ReportSubject(contents, dataset, through: runs)))
      shown = stamp
    } catch RunStoreError.noRun {
      found = LivePage(waitingFor: path, version: Version.text)
      shown = stamp
    } catch {
      found = page.unreadable(because: explained(error) + ".", path: path, version: Version.text)
      // It may be readable the next time though nothing has changed.
      shown = nil
      runs.close()
    }
    if !found.shows(sameAs: page) {
      page = found
      site.show(page)
      server.wake()
    }
    notBefore = .now + .seconds((Self.secondsOfCore - begin) * (1 / Self.share - 1))
  }

  /// How long a core has worked for this thread; what others have taken of it does not count.
  private static var secondsOfCore: Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}

/// What wakes a thread before its time.
private final class Bell: @unchecked Sendable {
  // The lock guards the variable.
  private let lock = ThreadLock()
  private let rung: ThreadCondition
  private var isRung = false

  init() { rung = ThreadCondition(lock) }

  func ring() {
    lock.withLock {
      isRung = true
      rung.wakeAll()
    }
  }

  /// Whether it was rung since the last time that this was asked.
  var hasRung: Bool {
    lock.withLock {
      defer { isRung = false }
      return isRung
    }
  }

  func wait(within seconds: Double) { lock.withLock { if !isRung { rung.wait(within: seconds) } } }
}

/// Runs the body, with a dashboard of its run beside it where that is wanted.
///
/// A dashboard that cannot be shown is a note: the run does not depend on it.
func withDashboard<Result>(
  of path: String, if isWanted: Bool, _ body: () throws -> Result
) rethrows -> Result {
  guard isWanted, let beside = DashboardBeside(of: path) else { return try body() }
  defer { beside.finish() }
  return try body()
}

/// A dashboard that follows a run of this process, on a thread of its own that goes behind those of training.
private final class DashboardBeside: Sendable {
  private let dashboard: Dashboard
  private let stop = StopFlag()
  private let ended = Bell()

  /// Nil, with a note, where it cannot be shown.
  init?(of path: String) {
    do {
      dashboard = try Dashboard(of: path)
      try SystemThread.start { [dashboard, stop, ended] in
        SystemThread.goBehindOthers()
        dashboard.follow(until: stop)
        ended.ring()
      }
      printNote("dashboard: \(dashboard.address)")
    } catch {
      printNote("there is no dashboard: \(explained(error)); the run goes on without it")
      return nil
    }
  }

  func finish() {
    stop.request()
    dashboard.wake()
    while !ended.hasRung { ended.wait(within: 1) }
    dashboard.finish()
  }
}
