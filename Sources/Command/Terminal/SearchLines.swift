import Augmentation
import Foundation
import Policies
import PopulationBasedTraining
import RunStore
import Search
import Text
import Threads

/// What a search reports, as lines and as the panel of its progress display.
final class SearchLines: @unchecked Sendable {
  // The lock guards every variable below, so sharing the object is safe.
  private let lock = ThreadLock()
  private let progress: ProgressDisplay
  private var standing: SearchStanding
  private var work: SearchWork
  private let isAsynchronous: Bool
  private var best = ""
  /// Where the trials of an asynchronous search stand.
  private var moment = "before the first result"
  /// What was copied since the last line.
  private var copies: [String] = []

  /// - Parameters:
  ///   - progress: the display.
  ///   - standing: where the search stands before its first event.
  ///   - work: what remains to be done.
  ///   - isAsynchronous: whether trials are compared one by one.
  init(
    _ progress: ProgressDisplay, standing: SearchStanding, work: SearchWork, isAsynchronous: Bool
  ) {
    self.progress = progress
    self.standing = standing
    self.work = work
    self.isAsynchronous = isAsynchronous
    progress.setPanel(SearchPanel(standing: standing))
  }

  /// Shows one event; called from several threads.
  func show(_ event: SearchEvent) {
    lock.withLock {
      progress.extend(by: work.units(addedBy: event))
      let before = standing
      standing.take(event)
      if standing != before { progress.setPanel(SearchPanel(standing: standing)) }
      showLine(event)
    }
  }

  private func showLine(_ event: SearchEvent) {
    switch event {
    case .advanced(let epochs, let ended, let trials):
      moment =
        ended == trials
        ? "all \(counted(trials, "trial")) at the end"
        : "trials after epochs \(epochs.lowerBound)-\(epochs.upperBound), \(ended) of \(trials) at the end"
    case .scheduleWritten(let generation, let trial, let score):
      best =
        (isAsynchronous ? moment : "generation \(generation + 1)")
        + ": best is trial \(trial) with \(standing.objective.text(score))"
      if isAsynchronous { showCopies() }
    case .compared(_, let exploits):
      copies = exploits.map { Self.text($0) }
      showCopies()
    case .copied(let exploit, let epoch):
      copies.append(Self.text(exploit, epoch: epoch))
    case .segmentFailed(let place, let reason):
      progress.note("trial \(place.trial) failed and will be replaced: \(reason)")
    case .checkpointLost(let place):
      progress.note(
        "the checkpoint of trial \(place.trial), generation \(place.generation + 1) is damaged; training it again"
      )
    case .checkpointRestored(let place, let identical):
      progress.note(
        "the checkpoint of trial \(place.trial), generation \(place.generation + 1) is there again"
          + (identical ? "" : ", but not identical: this machine does not reproduce the run"))
    case .capacity(let capacity):
      progress.note(Self.text(capacity))
    case .threadsRefused(let started, let wanted):
      progress.note(
        "the system starts no more threads: \(started) of \(wanted) trials \(started == 1 ? "trains" : "train") at once"
      )
    case .finished:
      if !isAsynchronous { progress.note(best) }
    case .planned, .segmentStarted, .segmentFinished:
      break
    }
  }

  private func showCopies() {
    progress.note("\(best); copied: \(copies.isEmpty ? "none" : copies.joined(separator: " "))")
    copies = []
  }

  private static func text(_ exploit: Exploit<Policy>, epoch: Int? = nil) -> String {
    copyText(exploit.trial, exploit.source, epoch: epoch, isBetweenEquals: exploit.isBetweenEquals)
  }

  /// How many trials train at once, and why no more.
  private static func text(_ capacity: SegmentCapacity) -> String {
    let reason =
      switch capacity.limit {
      case .setting: "as set"
      case .population: "all there are"
      case .cores: "as many as the cores allow"
      case .memory: "as many as the memory allows"
      case .streams: "as many as there are streams"
      }
    let measured = capacity.memory.map {
      "; one takes \(wholeMegabytes($0.needed)) of \(wholeMegabytes($0.free)) that are free"
    }
    return "trials that train at once: \(capacity.segments), \(reason)\(measured ?? "")"
  }
}
