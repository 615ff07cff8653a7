import Augmentation
import Foundation
import Interop
import Policies
import Testing

@Suite("Exporting a schedule as a log of the original")
struct LogExportTests {
  private func log(_ schedule: Schedule) throws -> String {
    try String(decoding: OriginalLog.data(of: schedule), as: UTF8.self)
  }

  @Test(
    "the log gives the same segments again",
    arguments: [[200], [1], [1, 1], [3, 1, 7], [12, 22, 20, 20, 1, 6, 3]])
  func roundTrip(lengths: [Int]) throws {
    let schedule = try randomSchedule(lengths: lengths)
    let back = try OriginalLog(log(schedule)).schedule(epochs: schedule.epochs, name: "n")
    #expect(back.segments == schedule.segments)
  }

  @Test("so do the published ones", arguments: Schedule.publishedNames)
  func published(name: String) throws {
    let schedule = try Schedule.named(name)
    let text = try log(schedule)
    #expect(text.split(separator: "\n").count == schedule.segments.count - 1)
    #expect(try OriginalLog(text).schedule(epochs: schedule.epochs, name: name).segments == schedule.segments)
  }

  @Test("a line is the six parts of the original's, in JSON")
  func form() throws {
    let zeros = Policy.searchStart
    let ones = try Policy(searchVector: [Int](repeating: 1, count: 60))
    let schedule = try Schedule(
      name: "two", segments: [.init(epochs: 4, policy: zeros), .init(epochs: 5, policy: ones)])
    func configuration(_ policy: Policy) -> String { #"{"hp_policy": \#(policy.searchVector)}"# }
    #expect(
      try log(schedule) == #"["1", "0", 4, 4, \#(configuration(zeros)), \#(configuration(ones))]"# + "\n")
  }

  @Test("what a log cannot say is refused")
  func notExpressible() throws {
    let entry = try PolicyEntry(operation: .rotate, probability: 1, magnitude: 1)
    let short = try Schedule(
      name: "short",
      segments: [.init(epochs: 1, policy: .searchStart), .init(epochs: 1, policy: Policy(entries: [entry]))])
    #expect(
      message { try log(short) }
        == "segments[1].policy: found 1 entry, expected the 15 operations of the search in their order, twice, "
        + "which is all that a log of Ray can hold; export as json")
    let counts = try Schedule(
      name: "counts", operationCount: [0.5, 0.5], segments: [.init(epochs: 1, policy: .searchStart)])
    #expect(
      message { try log(counts) }
        == "operationCount: found [0.5, 0.5], expected [0.2, 0.3, 0.5], the only one that a log of Ray can hold; "
        + "export as json")
  }
}
