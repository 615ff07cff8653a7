import RunStore
import Text

/// How a run stands, in a line.
package struct RunStanding: Hashable, Sendable {
  /// What can be said of it, as the page's style and script name it.
  package enum State: String, Sendable {
    case waiting, running, stopped, finished, unreadable
  }

  /// How much of a run is done.
  struct Progress: Encodable, Hashable, Sendable {
    let done: Int
    let total: Int
    let words: String
  }

  /// Whether a process works on it.
  package let state: State
  let words: String
  let progress: Progress?

  init(state: State, words: String, progress: Progress? = nil) {
    self.state = state
    self.words = words
    self.progress = progress
  }

  init(_ contents: RunContents) {
    let progress = Progress(contents)
    let (state, words): (State, String) =
      switch contents.state {
      case .finished: (.finished, "The run has finished.")
      case .running where progress.done == 0: (.running, "Live. Nothing has been trained to its end yet.")
      case .running: (.running, "Live")
      case .stopped: (.stopped, "No process works on the run. This page shows when one continues it.")
      }
    self.init(state: state, words: words, progress: state == .finished ? nil : progress)
  }
}

extension RunStanding.Progress {
  fileprivate init(_ contents: RunContents) {
    // The settings of a run may say anything.
    let length = min(max(contents.length, 0), 1_000_000_000)
    switch contents.history {
    case .search(let history):
      let interval = min(max(contents.settings.integer("interval") ?? 1, 1), max(length, 1))
      self.init(
        history.stretches.count, of: history.population * ((length + interval - 1) / interval), "segment")
    case .training(let epochs): self.init(epochs.count, of: length, "epoch")
    case .comparison(let progress):
      self.init(
        progress.trainings.reduce(0) { $0 + $1.epochs.count }, of: progress.trainings.count * length, "epoch")
    }
  }

  private init(_ done: Int, of total: Int, _ unit: String) {
    self.init(done: done, total: max(total, done), words: "\(done) of \(counted(max(total, done), unit))")
  }
}
