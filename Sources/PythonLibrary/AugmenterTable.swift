import Policies
import Threads

/// The augmenters that are open, by the handles that callers have.
///
/// A handle is never used again, so that one that was closed is noticed. An augmenter that is closed during a call lives
/// until the call ends.
final class AugmenterTable: @unchecked Sendable {
  // The lock guards both variables.
  static let shared = AugmenterTable()

  let lock = ThreadLock()
  private var augmenters: [Int64: Augmenter] = [:]
  private var latest: Int64 = 0

  func add(_ augmenter: Augmenter) -> Int64 {
    lock.withLock {
      latest += 1
      augmenters[latest] = augmenter
      return latest
    }
  }

  func remove(_ handle: Int64) -> Bool {
    // It is let go outside of the lock.
    let removed = lock.withLock { augmenters.removeValue(forKey: handle) }
    return removed != nil
  }

  func augmenter(_ handle: Int64) throws(PolicyError) -> Augmenter {
    guard let found = lock.withLock({ augmenters[handle] }) else {
      throw PolicyError(place: "handle", found: "\(handle)", expected: "the handle of an open augmenter")
    }
    return found
  }
}
