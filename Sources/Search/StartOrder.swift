/// Which of the segments that wait, and begin at the same epoch, an asynchronous search trains first.
public enum StartOrder: String, Codable, Hashable, Sendable {
  /// That of the lowest trial: the order of searches begun before there was another.
  ///
  /// A trial that copies one at the epoch where it began itself is first again. Where its networks stay among the
  /// worst, it copies again and again, and the others wait for ever.
  case trial
  /// That of the trial whose result came first, so that all others go on before a trial that copied one behind it.
  ///
  /// Then every search ends: once each trial that waits at the least epoch has been trained, no trial can begin there.
  case arrival
}
