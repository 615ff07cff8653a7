import Synchronization

/// Values by their places, gathered from several threads.
final class Gathered<Value: Sendable>: Sendable {
  private struct State {
    var values: [Value?]
    var error: (any Error)?
  }

  private let state: Mutex<State>

  init(count: Int) {
    state = Mutex(State(values: Array(repeating: nil, count: count)))
  }

  func set(_ place: Int, _ value: Value) { state.withLock { $0.values[place] = value } }

  /// Makes one value; after an error nothing more is done.
  func make(_ place: Int, _ body: () throws -> Value) {
    guard state.withLock({ $0.error == nil }) else { return }
    do {
      set(place, try body())
    } catch {
      state.withLock { $0.error = error }
    }
  }

  var values: [Value?] { state.withLock { $0.values } }

  func finished() throws -> [Value] {
    let (values, error) = state.withLock { ($0.values, $0.error) }
    if let error { throw error }
    return values.compactMap(\.self)
  }
}
