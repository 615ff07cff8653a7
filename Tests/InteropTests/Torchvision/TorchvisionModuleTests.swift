import Augmentation
import Foundation
import Interop
import Policies
import Testing

@Suite("Exporting a schedule as a module for torchvision")
struct TorchvisionModuleTests {
  private func text(_ schedule: Schedule) throws -> String {
    var data = Data()
    try TorchvisionModule.write(schedule) { data += $0 }
    return String(decoding: data, as: UTF8.self)
  }

  @Test("the table holds the entries that may happen, with strengths instead of magnitudes")
  func table() throws {
    let entries = [
      try PolicyEntry(operation: .rotate, probability: 3, magnitude: 7),
      try PolicyEntry(operation: .invert, probability: 0, magnitude: 7),
      try PolicyEntry(operation: .color, probability: 10, magnitude: 0),
    ]
    let schedule = try Schedule(
      name: "two", operationCount: [0.25, 0.75],
      segments: [
        .init(epochs: 4, policy: Policy(entries: entries)), .init(epochs: 5, policy: Policy(entries: [])),
      ])
    let text = try text(schedule)
    #expect(
      text.contains(
        """
            (4, (
                ("Rotate", 0.3, 21.0, True),
                ("Color", 1.0, 0.1, False),
            )),
            (5, ()),
        )

        """))
    #expect(text.contains("\nNAME = \"two\"\n") && text.contains("\nOPERATION_COUNT = (0.25, 0.75)\n"))
  }

  @Test("the docstring comes first and says what is lost")
  func head() throws {
    let text = try text(Schedule.named("rsvhn"))
    #expect(text.hasPrefix("\"\"\"An augmentation schedule"))
    for words in ["What is lost", "random numbers", "set_epoch", "Workers", "fill"] {
      #expect(text.components(separatedBy: "\"\"\"")[1].contains(words), "\(words)")
    }
    #expect(!text.contains("\t") && text.hasSuffix("\n"))
  }

  @Test("a name is a literal, whatever it holds")
  func names() throws {
    let name = "a\" + \\\u{1B}\n\u{202E}é"
    let text = try text(
      Schedule(name: name, segments: [.init(epochs: 1, policy: Policy(entries: []))]))
    #expect(text.contains(#"NAME = "a\" + \\\u001b\n\u202eé""#))
  }

  @Test("an operation without a counterpart is refused by its place")
  func strangers() throws {
    let tint = Operation(name: "Tint", unit: .none) { image, _ in image }
    let schedule = try Schedule(
      name: "tinted",
      segments: [
        .init(epochs: 1, policy: Policy(entries: [])),
        .init(
          epochs: 1,
          policy: Policy(entries: [try PolicyEntry(operation: tint, probability: 0, magnitude: 0)])),
      ])
    #expect(message { try text(schedule) }.contains("segments[1].policy: found the operation Tint"))
    // What never happens needs no counterpart in Albumentations' files, which leave it out.
    #expect(try AlbumentationsFile.all(of: schedule).count == 2)
  }
}
