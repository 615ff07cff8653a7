import Files
import Policies
import RunStore
import Search
import Testing

@Suite struct SearchSharesTests {
  private func record(_ generation: Int, _ trial: Int, slot: Int, at started: Double) -> SegmentRecord {
    SegmentRecord(
      plan: SegmentPlan(
        generation: generation, trial: trial, epochs: generation..<generation + 1,
        parent: generation == 0 ? nil : trial, policy: .searchStart),
      result: .done(
        CheckpointRecord(file: "f", digest: FileDigest(size: 1, sha256: "0f")),
        SegmentMetrics(
          score: 0.5, trainLoss: 1, trainAccuracy: 0.5, seconds: 10,
          times: WorkTimes(
            started: started, slot: slot, preparation: 1, training: 6, evaluation: 2, checkpoint: 1))))
  }

  @Test func everySecondOfEverySlotIsInOnePart() {
    // Two slots, three trials, two generations of 10 seconds a segment.
    let records = [
      record(0, 0, slot: 0, at: 102), record(0, 1, slot: 1, at: 102.5), record(0, 2, slot: 0, at: 113),
      record(1, 0, slot: 1, at: 124), record(1, 1, slot: 0, at: 124), record(1, 2, slot: 1, at: 134.25),
    ]
    let shares = SearchShares(records, began: 100, ended: 145, slots: 2)
    #expect(shares.slotSeconds == 90)
    #expect(shares.start == 4.5)
    #expect(shares.training == 36)
    #expect(shares.evaluation == 12)
    #expect(shares.preparation == 6)
    #expect(shares.checkpoint == 6)
    // Slot 0 between its segments 1, slot 1 0.25; both between the generations 1 and at the end 0.75.
    let between: [Double] = [1, 0.25, 1, 1, 0.75, 0.75]
    #expect(shares.betweenSegments == between.reduce(0, +))
    // Slot 1 from 112.5 to 123, slot 0 from 134 to 144.25.
    #expect(shares.waiting == 20.75)
    let inSegments = [shares.training, shares.evaluation, shares.preparation, shares.checkpoint]
    let parts = (inSegments + [shares.start, shares.betweenSegments, shares.waiting]).reduce(0, +)
    #expect(parts == shares.slotSeconds)
    #expect(shares.orchestration == shares.betweenSegments + 12)
  }

  @Test func aSlotThatNeverHasWorkWaits() {
    let shares = SearchShares([record(0, 0, slot: 0, at: 1)], began: 0, ended: 11, slots: 2)
    #expect(shares.start == 1)
    #expect(shares.waiting == 11)
    #expect(shares.betweenSegments == 0)
  }
}
