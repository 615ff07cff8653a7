import Synchronization
import Threads

/// Runs the body once for each index, on all cores; returns when all are done.
///
/// Each core takes the next few that are left, so that slow ones delay no other.
func forEachConcurrently(_ indices: Range<Int>, _ body: @escaping @Sendable (Int) -> Void) {
  let queue = IndexQueue(indices)
  HelperThreads.shared.share(among: min(CoreCount.usable, indices.count)) {
    while case let some = queue.next(), !some.isEmpty { some.forEach(body) }
  }
}

private final class IndexQueue: Sendable {
  private let rest: Mutex<Range<Int>>

  init(_ rest: Range<Int>) {
    self.rest = Mutex(rest)
  }

  func next() -> Range<Int> {
    rest.withLock { rest in
      let some = rest.prefix(8)
      rest = rest.dropFirst(8)
      return some
    }
  }
}
