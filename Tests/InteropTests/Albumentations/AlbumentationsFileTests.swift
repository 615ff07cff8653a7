import Augmentation
import Foundation
import Interop
import Policies
import Testing
import Text

@Suite("Exporting a schedule for Albumentations")
struct AlbumentationsFileTests {
  private func schedule(
    _ policies: [[(Augmentation.Operation, Int, Int)]], count: [Double] = Policy.operationCount
  ) throws -> Schedule {
    try Schedule(
      name: "made up", operationCount: count,
      segments: policies.enumerated().map { index, entries in
        .init(
          epochs: 3 * index + 2,
          policy: Policy(
            entries: try entries.map { try PolicyEntry(operation: $0, probability: $1, magnitude: $2) }))
      })
  }

  /// The outcomes of the one choice in a file.
  private func outcomes(_ file: AlbumentationsFile) throws -> [[String: JSONValue]] {
    let value = try JSONDecoder().decode(JSONValue.self, from: file.data(name: "n"))
    guard case .object(let root) = value, case .object(let compose)? = root["transform"],
      case .array(let list)? = compose["transforms"], case .object(let choice)? = list.first,
      case .array(let outcomes)? = choice["transforms"]
    else { return [] }
    return outcomes.compactMap { if case .object(let members) = $0 { members } else { nil } }
  }

  private func weight(_ outcome: [String: JSONValue]) -> Double {
    switch outcome["p"] {
    case .number(let value): value
    case .integer(let value): Double(value)
    default: .nan
    }
  }

  @Test("a file for each segment says its epochs")
  func files() throws {
    let schedule = try schedule([[], [(.invert, 5, 0)], [(.rotate, 10, 3)]])
    let files = try AlbumentationsFile.all(of: schedule)
    #expect(files.map(\.epochs) == [1...2, 3...7, 8...15])
    #expect(
      files.map { $0.name(length: 15) } == [
        "epochs-01-02.json", "epochs-03-07.json", "epochs-08-15.json",
      ])
    let text = try String(decoding: files[1].data(name: "the name"), as: UTF8.self)
    #expect(text.hasPrefix(#"{"__comment__": ["Schedule the name, epochs 3 to 7;"#))
    for loss in AlbumentationsFile.losses { #expect(text.contains(loss)) }
    let instructions = AlbumentationsFile.instructions(for: files, name: "the name", length: 15)
    #expect(instructions.contains("    epochs-08-15.json\n") && instructions.contains("What is lost"))
  }

  @Test("the outcomes are nothing, one entry or two, and sum to 1")
  func structure() throws {
    let schedule = try schedule([[(.invert, 5, 0), (.equalize, 2, 0), (.color, 0, 3), (.rotate, 10, 7)]])
    let outcomes = try outcomes(AlbumentationsFile.all(of: schedule)[0])
    #expect(
      outcomes.compactMap { $0["__class_fullname__"] }
        == ["NoOp", "InvertImg", "Equalize", "OneOf", "Sequential", "Sequential", "Sequential"]
        .map(JSONValue.string))
    #expect(abs(outcomes.map(weight).reduce(0, +) - 1) < 1e-12)
    // The entry of probability 1 always fires, so of two requested operations one is it.
    #expect(abs(weight(outcomes[0]) - 0.2) < 1e-12)
  }

  @Test("every operation but those without a counterpart has a transform at every magnitude")
  func allOperations() throws {
    for operation in Augmentation.Operation.catalogue where !Self.refused.contains(operation) {
      for magnitude in Augmentation.Operation.magnitudes {
        let schedule = try schedule([[(operation, 10, magnitude)]], count: [0, 1])
        let outcomes = try outcomes(AlbumentationsFile.all(of: schedule)[0])
        #expect(outcomes.count == 2 && weight(outcomes[0]) == 0 && weight(outcomes[1]) == 1)
      }
    }
  }

  /// Albumentations stretches a part of the image over the whole where Perspective shows the whole in a part.
  private static let refused: [Augmentation.Operation] = [.perspective]

  @Test("what a file cannot hold is refused")
  func refusals() throws {
    let three = try schedule([[(.invert, 1, 0)]], count: [0, 0, 0.5, 0.5])
    #expect(message { try AlbumentationsFile.all(of: three) }.contains("at most two operations"))
    let many = try schedule([[], Array(repeating: (.invert, 1, 0), count: 61)])
    #expect(
      message { try AlbumentationsFile.all(of: many) }.contains("segments[1].policy: found 61 entries"))
    let tint = Operation(name: "Tint", unit: .none) { image, _ in image }
    for operation in Self.refused + [tint] {
      let schedule = try schedule([[], [(operation, 1, 0)]])
      #expect(
        message { try AlbumentationsFile.all(of: schedule) }.contains(
          "segments[1].policy: found the operation \(operation)"))
    }
  }
}
