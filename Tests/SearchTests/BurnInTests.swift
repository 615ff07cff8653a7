import RunStore
import Search
import TestSupport
import Testing

@Suite struct BurnInTests {
  @Test(arguments: [1, 2, 3, 4, 6], [false, true])
  func nothingIsComparedInTheBurnIn(burnIn: Int, asynchronous: Bool) throws {
    let folder = try TemporaryFolder()
    var configuration = asynchronous ? smallAsynchronousSearch() : smallSearch()
    configuration.burnIn = burnIn
    let result = try search(folder("run"), configuration)
    let records = try segmentsByArrival(folder("run"))
    let byPlace = Dictionary(uniqueKeysWithValues: records.map { ($0.plan.place, $0.plan) })
    var copiesAfter = 0
    for record in records {
      guard let parent = record.plan.parentPlace, let trained = byPlace[parent] else { continue }
      let isCopy = parent.trial != record.plan.trial
      // The state that was given up is that of the trial's own segment before.
      let before = try #require(
        byPlace[SegmentPlace(generation: record.plan.generation - 1, trial: record.plan.trial)])
      if before.epochs.upperBound < burnIn { #expect(!isCopy) }
      if isCopy {
        copiesAfter += 1
        #expect(trained.epochs.upperBound >= burnIn)
      }
    }
    #expect(copiesAfter > 0)
    #expect(result.schedule.provenance["burnIn"] == .integer(burnIn))
  }

  @Test(arguments: [false, true]) func aFailureInTheBurnInIsReplacedByTheBest(asynchronous: Bool) throws {
    let folder = try TemporaryFolder()
    var configuration = asynchronous ? smallAsynchronousSearch() : smallSearch()
    configuration.burnIn = 6
    let sick = SegmentPlace(generation: 0, trial: 4)
    try search(
      folder("run"), configuration, executor: SimulatedExecutor(seed: 3, failing: { $0 == sick }))
    let records = try segmentsByArrival(folder("run"))
    let first = records.filter { $0.plan.generation == 0 }
    let best = try #require(
      first.filter { $0.result?.checkpoint != nil }.max {
        ($0.score ?? -1, $0.plan.trial) < ($1.score ?? -1, $1.plan.trial)
      })
    let next = try #require(records.first { $0.plan.place == SegmentPlace(generation: 1, trial: 4) }?.plan)
    #expect(next.parentPlace == best.plan.place)
    #expect(records.filter { $0.plan.generation == 1 }.count { $0.plan.parent != $0.plan.trial } == 1)
  }

  @Test func withoutBurnInTheScheduleDoesNotSpeakOfIt() throws {
    let folder = try TemporaryFolder()
    let result = try search(folder("run"), smallSearch())
    #expect(result.schedule.provenance["burnIn"] == nil)
    #expect(result.schedule.provenance["asynchronous"] == nil)
  }
}
