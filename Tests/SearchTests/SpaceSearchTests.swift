import Augmentation
import Foundation
import Policies
import RunStore
import Search
import TestSupport
import Testing
import Text
import Threads
import Workers

/// Searches in another space than PBA's.
@Suite struct SpaceSearchTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder(inMemory: true) }

  private func space(highest: Double = 270) throws -> SearchSpace {
    try SearchSpace(
      name: "turns", operationCount: [0.5, 0.5],
      choices: [
        .init(ScaledOperation(.rotate, from: 0, to: highest, steps: 4, isSigned: false), entries: 3),
        .init(ScaledOperation(.solarize, from: 256, to: 1, steps: 100), entries: 1),
      ])
  }

  private func settings(asynchronous: Bool = false, _ space: SearchSpace?) -> SearchConfiguration {
    var settings = asynchronous ? smallAsynchronousSearch() : smallSearch()
    settings.recipe.epochs = 40
    settings.space = space
    return settings
  }

  @Test(arguments: [false, true]) func findsAScheduleOfTheSpace(asynchronous: Bool) throws {
    let space = try space()
    let settings = settings(asynchronous: asynchronous, space)
    let result = try search(folder("whole"), settings)
    #expect(result.schedule.space == space)
    #expect(try Schedule(contentsOf: folder("whole") + "/schedule.json") == result.schedule)
    let records = try segmentsByArrival(folder("whole"))
    #expect(records.allSatisfy { $0.plan.policy.entries.map(\.scaled) == space.scaledEntries })
    // What PBA's scale does not hold was tried, and read again.
    let solarize = records.flatMap(\.plan.policy.entries).filter { $0.operation == .solarize }
    #expect(solarize.contains { $0.magnitude > 9 })

    let stop = StopFlag()
    let ended = Counter()
    #expect(throws: SearchError.self) {
      try search(folder("parts"), settings, stop: stop) { event in
        if case .segmentFinished = event, ended.next() == 50 { stop.request() }
      }
    }
    try search(folder("parts"), settings, resume: true)
    #expect(try results(in: folder("parts")) == results(in: folder("whole")))
  }

  @Test func requestsHoldTheSpace() throws {
    let space = try space()
    let entries = try space.scaledEntries.map {
      try PolicyEntry($0, probability: 7, magnitude: $0.magnitudes.upperBound)
    }
    var request = SegmentRequest(
      key: SegmentKey(SegmentPlace(generation: 0, trial: 1)), seed: 3, epochs: 0..<2, isLast: false,
      policy: Policy(entries: entries), space: space, parentCheckpoint: nil, checkpoint: "out", slot: 0)
    let line = try request.line()
    #expect(line.contains(#""policy":{"entries":[{"magnitude":3,"operation":"Rotate","probability":7}"#))
    #expect(try SegmentRequest(line: line) == request)
    #expect(request.program.alternatives[0].countDistribution == [0.5, 0.5])
    #expect(request.program.alternatives[0].steps.map(\.parameter) == [270, 1, 270, 270])
    // Without the space the numbers mean nothing.
    var bare = request
    bare.space = nil
    let lineWithout = try bare.line()
    #expect(
      message(of: SegmentMessageError.self) { try SegmentRequest(line: lineWithout) }.contains(
        "policy[1].magnitude: found 99, expected an integer from 0 to 9"))
    let wrong = line.replacing("\"steps\":100", with: "\"steps\":1000")
    #expect(
      message(of: SegmentMessageError.self) { try SegmentRequest(line: wrong) }.contains(
        "policy.space.operations[1].steps: found 1000"))
    // PBA's own has none, as before there were others.
    request.space = nil
    request.policy = .searchStart
    #expect(try !request.line().contains("space"))
    #expect(try SegmentRequest(line: request.line()) == request)
  }

  @Test func settingsOfPBAsSpaceSayNothingOfIt() throws {
    let data = try JSONEncoder().encode(settings(nil))
    #expect(!String(decoding: data, as: UTF8.self).contains("\"space\""))
    let own = settings(try space())
    #expect(try JSONDecoder().decode(SearchConfiguration.self, from: JSONEncoder().encode(own)) == own)
    #expect(own.rules.space == own.space)
    #expect(settings(nil).rules.space.isPBA)
  }

  @Test func settingsForPeopleNameTheOperations() throws {
    let run = try RunDirectory.open(
      folder("run"), configuration: settings(space()), version: "test", resume: false)
    #expect(
      try run.settings()["space"]?.text
        == "turns; Rotate from 0 to 270 in 4 steps, 3 entries; Solarize from 256 to 1 in 100 steps, 1 entry")
    #expect(run.space == (try space()))
  }

  @Test func anotherSpaceIsRefusedWhenResumed() throws {
    let stop = StopFlag()
    #expect(throws: SearchError.self) {
      try search(folder("run"), settings(space()), stop: stop) { event in
        if case .segmentFinished = event { stop.request() }
      }
    }
    let other = try #require(
      message { try search(folder("run"), settings(space(highest: 180)), resume: true) })
    #expect(
      other.contains(
        #"space: found "turns", expected "turns", with which it was begun (operations[0]: Rotate from 0 to 180 in 4 steps,"#
          + " 3 entries in place of Rotate from 0 to 270 in 4 steps, 3 entries)"), "\(other)")
    let none = try #require(message { try search(folder("run"), settings(nil), resume: true) })
    #expect(
      none.contains(#"space: found "pba", expected "turns", with which it was begun (operationCount:"#),
      "\(none)")
  }
}
