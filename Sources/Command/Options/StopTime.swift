import ArgumentParser
import Text

/// When a run is to stop cleanly: a time span after the command line was read.
struct StopTime: Sendable {
  /// What was asked for.
  let span: TimeSpan
  /// The moment.
  let instant: ContinuousClock.Instant

  /// So long from now.
  init(after span: TimeSpan) {
    self.span = span
    instant = .now + .seconds(span.seconds)
  }
}

extension StopTime: ExpressibleByArgument {
  /// Counts from the moment in which the command line is read; nil if the text is not a time.
  init?(argument: String) {
    guard let span = TimeSpan(argument) else { return nil }
    self.init(after: span)
  }
}
