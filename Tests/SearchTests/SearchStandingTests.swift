import RunStore
import Search
import TestSupport
import Testing
import Threads
import Workers

@Suite struct SearchStandingTests {
  /// What a watcher of a search last saw, and what one sees who comes afterwards.
  private func standings(
    _ configuration: SearchConfiguration, stopping isStopped: @escaping @Sendable (SearchEvent) -> Bool
  ) throws -> (told: [SearchStanding], read: SearchStanding) {
    let folder = try TemporaryFolder(inMemory: true)
    let told = Collected<SearchStanding>()
    let stop = StopFlag()
    let events = Collected<SearchEvent>()
    do {
      try search(folder("run"), configuration, stop: stop) { event in
        events.add(event)
        if isStopped(event) { stop.request() }
      }
    } catch is SearchError {}
    var standing = SearchStanding(configuration.rules, records: [])
    for event in events.all {
      standing.take(event)
      told.add(standing)
    }
    let journal = SearchJournal(try RunDirectory.read(folder("run")))
    return (told.all, SearchStanding(configuration.rules, records: try journal.segmentsByArrival()))
  }

  @Test(arguments: [false, true]) func theJournalTellsWhatTheEventsTold(isAsynchronous: Bool) throws {
    let configuration = isAsynchronous ? smallAsynchronousSearch() : smallSearch()
    let (told, read) = try standings(configuration) { _ in false }
    #expect(read == told.last)
    #expect(read.figures.count == 5)
    #expect(!read.copies.isEmpty)
  }

  @Test func aStoppedSearchIsTakenUpWhereItStood() throws {
    // The segment that is started is still trained.
    let (told, read) = try standings(smallSearch()) { event in
      if case .segmentStarted(let place, _) = event {
        place == SegmentPlace(generation: 2, trial: 2)
      } else {
        false
      }
    }
    #expect(read == told.last)
    #expect(read.progress == .generation(2, of: 4, epochs: 4..<6, finished: 3))
    #expect(!read.copies.isEmpty)
  }

  @Test func anAsynchronousSearchIsTakenUpWhereItStood() throws {
    let results = Counter()
    let (told, read) = try standings(smallAsynchronousSearch()) { event in
      if case .segmentFinished = event { results.next() == 11 } else { false }
    }
    #expect(read == told.last)
    guard case .epochs(let epochs, let ended) = read.progress else {
      Issue.record("found \(read.progress), expected epochs")
      return
    }
    #expect(epochs.upperBound > 2 && ended < 5)
  }

  @Test func aCopyOfAnEqualSaysSo() {
    #expect(copyText(3, 7, epoch: nil, isBetweenEquals: true) == "3←7 (equal)")
    #expect(copyText(3, 7, epoch: 12, isBetweenEquals: true) == "3←7 at 12 (equal)")
    #expect(copyText(3, 7, epoch: nil, isBetweenEquals: false) == "3←7")
  }

  @Test func aNewSearchIsAtItsBeginning() {
    let standing = SearchStanding(smallSearch().rules, records: [])
    #expect(standing.progress == .generation(0, of: 4, epochs: 0..<2, finished: 0))
    #expect(standing.figures.best == nil && standing.copies.isEmpty && standing.population == 5)
    #expect(SearchStanding(smallAsynchronousSearch().rules, records: []).progress == .epochs(0...0, ended: 0))
  }
}
