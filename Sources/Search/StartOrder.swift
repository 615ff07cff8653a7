/// Which of the segments that wait, and begin at the same epoch, an asynchronous search trains first.
///
/// A search that was begun before there was such a rule has none: there the lowest trial is first. A trial that copies one at
/// the epoch where it began itself is then first again; where its networks stay among the worst, it copies without end, and the
/// others wait.
public enum StartOrder: String, Codable, Hashable, Sendable {
  /// That of the trial whose result came first, so that all others continue before a trial that copied one behind it.
  ///
  /// A trial that waits to continue from one ahead of it counts as standing where it was itself, since that is where others copy
  /// it from. Then every search ends: once each trial that waits at the least epoch has been trained, none can begin there.
  case arrival
}
