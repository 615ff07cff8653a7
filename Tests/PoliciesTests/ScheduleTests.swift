import Augmentation
import Policies
import Testing

@Suite("Schedules")
struct ScheduleTests {
  @Test("each epoch has the policy of its segment")
  func policyAtEpoch() throws {
    let schedule = try randomSchedule(lengths: [3, 1, 4])
    let expected = schedule.segments.flatMap { [Policy](repeating: $0.policy, count: $0.epochs) }
    #expect(schedule.epochs == 8)
    #expect((0..<8).map(schedule.policy(atEpoch:)) == expected)
    #expect(schedule.policy(atEpoch: -1) == expected.first)
    #expect(schedule.policy(atEpoch: 8) == expected.last)
    #expect(schedule.policy(atEpoch: .max) == expected.last)
  }

  @Test("a schedule that cannot be is refused")
  func invalid() {
    func build(_ lengths: [Int], _ count: [Double] = [1]) throws -> Schedule {
      let segments = lengths.map { Schedule.Segment(epochs: $0, policy: .searchStart) }
      return try Schedule(name: "n", operationCount: count, segments: segments)
    }
    #expect(message { try build([]) } == "segments: found none, expected at least one")
    #expect(
      message { try build([3, 0]) } == "segments[1].epochs: found 0, expected an integer from 1 to 1000000")
    #expect(
      message { try build([.max, .max]) }
        == "segments[0].epochs: found \(Int.max), expected an integer from 1 to 1000000")
    #expect(
      message { try build([1_000_000, 1]) }
        == "segments: found more than 1000000 epochs in all, expected at most that many")
    #expect(
      message { try build([1], [0.5, 0.4]) }
        == "operationCount: found probabilities that sum to 0.9, expected a sum of 1")
    #expect(
      message { try build([1], [2, -1]) } == "operationCount[0]: found 2.0, expected a number from 0.0 to 1.0"
    )
    #expect(
      message { try build([1], [.nan]) } == "operationCount[0]: found null, expected a number from 0.0 to 1.0"
    )
    #expect(
      message { try build([1], []) }
        == "operationCount: found probabilities that sum to 0, expected a sum of 1")
  }

  @Test("in schedule order each epoch plays its own policy")
  func scheduleOrder() throws {
    let schedule = try randomSchedule(lengths: [2, 3])
    for epoch in 0..<5 {
      #expect(
        schedule.program(atEpoch: epoch, order: .schedule)
          == schedule.policy(atEpoch: epoch).program(operationCount: schedule.operationCount))
    }
  }

  @Test("the last order plays the last policy from the start")
  func lastOrder() throws {
    let schedule = try randomSchedule(lengths: [2, 3])
    let last = schedule.segments[1].policy.program()
    for epoch in 0..<5 { #expect(schedule.program(atEpoch: epoch, order: .last) == last) }
  }

  @Test("the shuffled order draws among all policies by their epochs")
  func shuffledOrder() throws {
    let schedule = try randomSchedule(lengths: [2, 3, 7])
    let program = schedule.program(atEpoch: 0, order: .shuffled)
    #expect(program == schedule.program(atEpoch: 11, order: .shuffled))
    #expect(program.alternatives.map(\.weight) == [2, 3, 7])
    #expect(
      program.alternatives.map(\.steps) == schedule.segments.map { $0.policy.program().alternatives[0].steps }
    )
    #expect(program.alternatives.allSatisfy { $0.countDistribution == [0.2, 0.3, 0.5] })
  }
}

@Suite("Stretching")
struct StretchingTests {
  @Test("a whole multiple multiplies every segment")
  func multiple() throws {
    let schedule = try Schedule.named("rcifar10")
    let long = try schedule.stretched(to: 1800)
    #expect(long.epochs == 1800)
    #expect(long.segments.map(\.epochs) == schedule.segments.map { 9 * $0.epochs })
    #expect(long.segments.map(\.policy) == schedule.segments.map(\.policy))
    #expect(long.provenance["stretchedFrom"] == .integer(200))
  }

  @Test("its own length changes nothing", arguments: ["rcifar10", "rsvhn"])
  func same(name: String) throws {
    let schedule = try Schedule.named(name)
    #expect(try schedule.stretched(to: schedule.epochs) == schedule)
  }

  @Test("lengths are truncated and the last policy fills the rest")
  func truncated() throws {
    let schedule = try Schedule.named("rcifar10")
    let short = try schedule.stretched(to: 30)
    // 0.15 times 12 22 20 20 1 6 3 27 6 21 6 9 7 17 6 12 5, truncated; the fifth and seventh vanish.
    #expect(short.segments.map(\.epochs) == [1, 3, 3, 3, 4, 3, 1, 1, 2, 1, 8])
    #expect(short.lastPolicy == schedule.lastPolicy)
    #expect(short.segments[4].policy == schedule.segments[7].policy)
  }

  @Test("one epoch is the last policy alone")
  func one() throws {
    let schedule = try Schedule.named("rsvhn")
    let one = try schedule.stretched(to: 1)
    #expect(one.segments == [Schedule.Segment(epochs: 1, policy: schedule.lastPolicy)])
  }

  @Test("every target length is met exactly, by the rule", arguments: UInt64(0)..<30)
  func sums(seed: UInt64) throws {
    var generator = randomness(seed)
    let lengths = (0..<(1 + generator.uniform(below: 30))).map { _ in 1 + generator.uniform(below: 40) }
    let schedule = try randomSchedule(lengths: lengths, seed: seed)
    for target in Array(1...300) + [1800, 99_991, 1_000_000] {
      let stretched = try schedule.stretched(to: target)
      #expect(stretched.segments.reduce(0) { $0 + $1.epochs } == target)
      guard target != schedule.epochs else { continue }
      // Epoch by epoch: each segment truncated, then the last policy up to the target.
      let multiplier = Double(target) / Double(schedule.epochs)
      let starts = lengths.map { Int(Double($0) * multiplier) }
      var end = 0
      for (segment, length) in zip(schedule.segments, starts) where length > 0 {
        #expect(stretched.policy(atEpoch: end) == segment.policy)
        end += length
        #expect(stretched.policy(atEpoch: end - 1) == segment.policy)
      }
      #expect(stretched.policy(atEpoch: target - 1) == schedule.lastPolicy)
    }
  }

  @Test("an impossible length is refused", arguments: [0, -3, Int.min, 1_000_001, Int.max])
  func impossible(length: Int) throws {
    let schedule = try Schedule.named("rsvhn")
    #expect(
      message { try schedule.stretched(to: length) }
        == "epochs: found \(length), expected an integer from 1 to 1000000")
  }

  @Test("the first length of a chain of stretches is the one noted")
  func twice() throws {
    let twice = try Schedule.named("rcifar10").stretched(to: 100).stretched(to: 300)
    #expect(twice.provenance["stretchedFrom"] == .integer(200))
  }
}
