import Foundation
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

private final class IndexQueue: @unchecked Sendable {
  // The lock guards the variable, so sharing the object is safe.
  private let lock = NSLock()
  private var rest: Range<Int>

  init(_ rest: Range<Int>) {
    self.rest = rest
  }

  func next() -> Range<Int> {
    lock.withLock {
      let some = rest.prefix(8)
      rest = rest.dropFirst(8)
      return some
    }
  }
}
