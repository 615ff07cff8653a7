import Augmentation
import Foundation
import Policies
import Testing
import Text

/// Schedules of another space than PBA's: version 2 of the format.
@Suite struct ScheduleWithSpaceTests {
  private func schedule() throws -> Schedule {
    let space = try turns()
    var generator = randomness(2)
    return try Schedule(
      name: "own", space: space,
      segments: (1...3).map { .init(epochs: $0, policy: space.random(using: &generator)) },
      provenance: ["seed": .integer(2)])
  }

  private func text(_ schedule: Schedule) -> String { String(decoding: schedule.jsonData(), as: UTF8.self) }

  @Test func fileHoldsTheSpace() throws {
    let schedule = try schedule()
    let expected = """
      {
        "format": "pba-schedule",
        "version": 2,
        "name": "own",
        "epochs": 6,
        "probabilityScale": 10,
        "space": {
          "name": "turns",
          "operationCount": [0.25, 0.25, 0.25, 0.25],
          "scalePixels": false,
          "operations": [
            {"operation": "Rotate", "entries": 3, "lowest": 0, "highest": 270, "steps": 4, "signed": false},
            {"operation": "TranslateX", "entries": 1, "signed": true},
            {"operation": "Solarize", "entries": 2, "lowest": 256, "highest": 1, "steps": 100}
          ]
        },
        "segments": [
          {
            "epochs": 1,

      """
    #expect(text(schedule).hasPrefix(expected))
    #expect(try Schedule(jsonText: schedule.jsonData()) == schedule)
    #expect(try Schedule(schedule.json) == schedule)
    #expect(schedule.operationCount == [0.25, 0.25, 0.25, 0.25])
  }

  @Test func aScheduleOfPBAsSpaceIsVersionOne() throws {
    var generator = randomness(3)
    let segments = [Schedule.Segment(epochs: 4, policy: SearchSpace.pba.random(using: &generator))]
    let schedule = try Schedule(name: "pba", space: .pba, segments: segments)
    #expect(schedule.space == nil)
    #expect(try schedule.jsonData() == Schedule(name: "pba", segments: segments).jsonData())
    #expect(text(schedule).contains("\"version\": 1,"))
  }

  @Test func stretchingAndProgramsKeepTheSpace() throws {
    let schedule = try schedule()
    let long = try schedule.stretched(to: 60)
    #expect(long.space == schedule.space && long.epochs == 60)
    #expect(long.segments.map(\.policy) == schedule.segments.map(\.policy))
    for order in PolicyOrder.allCases {
      let program = schedule.program(atEpoch: 5, order: order)
      #expect(program.alternatives.allSatisfy { $0.countDistribution == [0.25, 0.25, 0.25, 0.25] })
    }
    let steps = schedule.program(atEpoch: 5).alternatives[0].steps
    for (step, entry) in zip(steps, schedule.lastPolicy.entries) {
      #expect(step.parameter == entry.parameter && step.magnitude == entry.magnitude)
    }
  }

  @Test func tablesSayWhatAMagnitudeStandsFor() throws {
    let space = try turns()
    let entry = try PolicyEntry(space.scaledEntries[0], probability: 3, magnitude: 2)
    let schedule = try Schedule(
      name: "own", space: space, segments: [.init(epochs: 1, policy: Policy(entries: [entry]))])
    var data = Data()
    schedule.writeCSV { data += $0 }
    #expect(
      String(decoding: data, as: UTF8.self)
        == "epoch,entry,operation,probability,magnitude,parameter\n1,1,Rotate,0.3,2,180.0\n")
  }

  @Test func entriesOfAnotherSpaceAreRefused() throws {
    let space = try turns()
    let foreign = Policy(entries: [try PolicyEntry(operation: .rotate, probability: 1, magnitude: 1)])
    #expect(
      message { try Schedule(name: "x", space: space, segments: [.init(epochs: 1, policy: foreign)]) }
        == "segments[0].policy[0]: found Rotate on a scale of another search space, expected an operation of the space"
        + " \"turns\"")
    let own = Policy(entries: [space.start.entries[0]])
    #expect(
      message { try Schedule(name: "x", segments: [.init(epochs: 1, policy: own)]) }
        == "segments[0].policy[0]: found Rotate on a scale of another search space, expected the operation's own scale, or a"
        + " schedule with its space")
    // The form of single policies has no place for a scale.
    #expect(throws: PolicyError.self) { try JSONEncoder().encode(own) }
  }

  @Test(arguments: [
    ("\"version\": 2", "\"version\": 3", "version: found 3, expected 1 or 2: a newer pba"),
    ("\"version\": 2", "\"version\": 1", "found the unknown key \"space\""),
    ("\"steps\": 4", "\"steps\": 2", ".magnitude: found "),
    ("\"highest\": 270", "\"highest\": 2700", "space.operations[0].highest: found 2700"),
    ("\"name\": \"turns\"", "\"name\": \"\"", "space.name: found an empty name"),
    ("\"scalePixels\": false,", "", ""),
    (
      "{\"operation\": \"TranslateX\", \"entries\": 1, \"signed\": true},", "",
      "expected one of the space: Rotate, Solarize"
    ),
  ])
  func mistakesAreNamed(old: String, new: String, expected: String) throws {
    let changed = text(try schedule()).replacing(old, with: new)
    if expected.isEmpty {
      #expect(try Schedule(jsonText: changed.utf8).space?.scalesPixels == true)
    } else {
      let found = message { try Schedule(jsonText: changed.utf8) }
      #expect(found.contains(expected), "\(found)")
    }
  }
}
