import Augmentation
import Foundation
import Policies
import Testing

@Suite("The schedule file")
struct ScheduleJSONTests {
  @Test("a file is written exactly as the format has it")
  func golden() throws {
    let schedule = try Schedule(contentsOf: fixture("two_segments.json"))
    #expect(schedule.name == "two \"segments\"")
    #expect(schedule.segments.map(\.epochs) == [3, 2])
    #expect(schedule.operationCount == [0.25, 0.5, 0.25])
    #expect(schedule.provenance["notes"] == .array([.string("ä"), .null, .bool(true)]))
    let rotate = try PolicyEntry(operation: .rotate, probability: 0, magnitude: 0)
    let cutout = try PolicyEntry(operation: .cutout, probability: 10, magnitude: 9)
    #expect(schedule.segments.map(\.policy.entries) == [[rotate, cutout], []])
    #expect(try schedule.jsonData() == Data(contentsOf: URL(fileURLWithPath: fixture("two_segments.json"))))
  }

  @Test("writing, reading and writing again gives the same bytes", arguments: UInt64(0)..<10)
  func roundTrip(seed: UInt64) throws {
    var generator = randomness(seed)
    let segments = (0..<5).map { index in
      Schedule.Segment(epochs: index + 1, policy: SearchSpace.pba.random(using: &generator))
    }
    let schedule = try Schedule(
      name: "tab\t \u{1} ü \u{1F600} \\ /", operationCount: [0.1, 0.2, 0.7], segments: segments,
      provenance: [
        "z": .number(0.1), "a": .integer(.min), "é": .array([.object([:]), .array([])]),
        "nested": .object(["b": .bool(false), "a": .null]), "large": .number(1e300), "whole": .number(5),
      ])
    let data = schedule.jsonData()
    let read = try Schedule(jsonText: data)
    #expect(read == schedule)
    #expect(read.jsonData() == data)
    #expect(data.last == UInt8(ascii: "\n"))
    #expect((try JSONSerialization.jsonObject(with: data) as? [String: Any])?["epochs"] as? Int == 15)
  }

  @Test("the Swift coders read and write the same format")
  func coders() throws {
    let schedule = try Schedule.named("rcifar10")
    let data = try JSONEncoder().encode(schedule)
    #expect(try JSONDecoder().decode(Schedule.self, from: data) == schedule)
    #expect(try Schedule(jsonText: data) == schedule)
    #expect(try JSONDecoder().decode(Schedule.self, from: schedule.jsonData()) == schedule)
  }

  @Test("an error names the place, what was found and what was expected", arguments: Mistake.all)
  func refused(mistake: Mistake) throws {
    let original = try String(contentsOfFile: fixture("two_segments.json"), encoding: .utf8)
    let text = original.replacingOccurrences(of: mistake.old, with: mistake.new)
    #expect(text != original)
    #expect(message { try Schedule(jsonText: text.utf8) } == mistake.message)
  }

  @Test("hostile text is refused, never a crash", arguments: HostileText.all)
  func hostile(text: HostileText) {
    let found = message { try Schedule(jsonText: text.bytes) }
    #expect(found.contains(text.message), "\(found)")
    #expect(found.utf8.count < 400)
  }

  @Test("any part of a file, and any changed byte, is read or refused")
  func damaged() throws {
    let bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: fixture("two_segments.json"))))
    // Up to the closing brace, which only white space follows.
    for length in 0..<(bytes.count - 2) {
      #expect(throws: PolicyError.self) { try Schedule(jsonText: bytes.prefix(length)) }
    }
    var generator = randomness(77)
    for _ in 0..<3000 {
      var changed = bytes
      changed[generator.uniform(below: bytes.count)] = UInt8(generator.uniform(below: 256))
      if let schedule = try? Schedule(jsonText: changed) {
        #expect(try Schedule(jsonText: schedule.jsonData()) == schedule)
      }
    }
  }

  @Test("a file that cannot be read is named")
  func files() {
    #expect(
      message { try Schedule(contentsOf: "/nowhere/x.json") }
        == "/nowhere/x.json: found no such file, expected a file that exists")
    let folder = fixture("")
    #expect(message { try Schedule(contentsOf: folder) } == "\(folder): found a folder, expected a file")
    let tables = fixture("torchvision_tables.json")
    #expect(
      message { try Schedule(contentsOf: tables) }.hasPrefix("\(tables): format: found nothing, expected"))
  }
}
