import Synchronization

/// Objects that calls take for themselves and give back, without a lock.
///
/// A process that was forked in the middle of somebody's call lacks that call's object, and nothing else.
final class LockFreePool<Element: AnyObject>: Sendable {
  private final class Slot: Sendable {
    /// The address of a retained object, or 0.
    let content = Atomic<UInt>(0)
  }

  /// As many as there are threads that work at once; what more of them give back is let go.
  private let slots = (0..<16).map { _ in Slot() }

  /// Takes an object; nil where there is none.
  func take() -> Element? {
    for slot in slots {
      if let object = UnsafeRawPointer(bitPattern: slot.content.exchange(0, ordering: .acquiring)) {
        return Unmanaged<Element>.fromOpaque(object).takeRetainedValue()
      }
    }
    return nil
  }

  /// Gives an object to whoever comes next; the caller must not use it any more.
  func give(_ element: Element) {
    let object = Unmanaged.passRetained(element)
    for slot in slots {
      let (isGiven, _) = slot.content.compareExchange(
        expected: 0, desired: UInt(bitPattern: object.toOpaque()), ordering: .releasing)
      if isGiven { return }
    }
    object.release()
  }

  deinit {
    while take() != nil {}
  }
}
