import Foundation
import HTTPServer
import Reports
import Threads

/// What the server of a dashboard shows: the page, its script, and the stream of what has changed.
///
/// The page is replaced on one thread and read on the server's.
final class DashboardSite: HTTPContent, @unchecked Sendable {
  // The lock guards the variables.
  private let lock = ThreadLock()
  private var page: LivePage
  /// How often the page was replaced.
  private var version = 0
  /// The newest message, for viewers that had all of the version before: most.
  private var newest: [UInt8]?
  private let onPage: @Sendable () -> Void
  private let onStream: @Sendable () -> Void

  /// - Parameters:
  ///   - page: the first page.
  ///   - onPage: called before the page is sent: what is shown until it returns, is sent.
  ///   - onStream: called when somebody follows.
  init(_ page: LivePage, onPage: @escaping @Sendable () -> Void, onStream: @escaping @Sendable () -> Void) {
    self.page = page
    self.onPage = onPage
    self.onStream = onStream
  }

  /// Shows another page from now on.
  func show(_ page: LivePage) {
    lock.withLock {
      newest = Self.message(page, knowing: self.page.digests)
      self.page = page
      version += 1
    }
  }

  func answer(_ request: HTTPRequest) throws(HTTPRefusal) -> HTTPAnswer {
    switch request.path {
    case "/":
      onPage()
      let file = lock.withLock { page }.file
      return .response(
        HTTPResponse(
          fields: [
            ("Content-Type", "text/html; charset=utf-8"), ("Content-Security-Policy", LivePage.contentPolicy),
          ], body: Array(file.utf8)))
    case "/" + LiveScript.name:
      return .response(
        HTTPResponse(
          fields: [("Content-Type", "text/javascript; charset=utf-8")], body: Array(LiveScript.text.utf8)))
    case "/events":
      onStream()
      return .events(Feed(self, LivePage.digests(in: request.query["have"] ?? "")))
    default: throw .notFound
    }
  }

  /// One event in the form of server-sent events; JSON has no end of a line in it.
  private static func message(_ page: LivePage, knowing known: [String: String]) -> [UInt8] {
    Array("event: page\ndata: \(page.update(knowing: known))\n\n".utf8)
  }

  /// What one viewer is sent.
  private final class Feed: EventFeed {
    private let site: DashboardSite
    private var known: [String: String]
    private var seen: Int?

    init(_ site: DashboardSite, _ known: [String: String]) {
      self.site = site
      self.known = known
    }

    func next() -> [UInt8]? {
      let (page, version, newest) = site.lock.withLock { (site.page, site.version, site.newest) }
      guard seen != version else { return nil }
      defer {
        known = page.digests
        seen = version
      }
      if let newest, seen == version - 1 { return newest }
      return message(page, knowing: known)
    }

    func last() -> [UInt8] { Array("event: end\ndata: 1\n\n".utf8) }
  }
}
