import Synchronization

/// A count shared by threads.
public final class Counter: Sendable {
  private let count = Atomic(0)

  /// Begins at 0.
  public init() {}

  /// The count.
  public var value: Int { count.load(ordering: .sequentiallyConsistent) }

  /// Counts one more, and gives the number before.
  public func next() -> Int { add(1) - 1 }

  /// Counts so many more, and gives the number after.
  @discardableResult
  public func add(_ number: Int) -> Int { count.add(number, ordering: .sequentiallyConsistent).newValue }
}

/// A list that threads add to.
public final class Collected<Element: Sendable>: Sendable {
  private let elements = Mutex<[Element]>([])

  /// Begins empty.
  public init() {}

  /// Adds an element at the end.
  public func add(_ element: Element) { elements.withLock { $0.append(element) } }

  /// The elements in the order in which they came.
  public var all: [Element] { elements.withLock { $0 } }
}
