import Augmentation
import Testing

/// A change to a good file, and the message it must lead to.
struct Mistake: Sendable, CustomTestStringConvertible {
  let old: String
  let new: String
  let message: String

  init(_ old: String, _ new: String, _ message: String) {
    self.old = old
    self.new = new
    self.message = message
  }

  var testDescription: String { "\(old) -> \(new)" }
}

private let operationNames = Operation.catalogue.map(\.name).joined(separator: ", ")
private let topKeys =
  "format, version, name, epochs, operationCount, probabilityScale, magnitudeScale, segments, provenance"

extension Mistake {
  /// Changes to `Fixtures/two_segments.json`.
  static let all = [
    Mistake(
      "\"probability\": 10", "\"probability\": 11",
      "segments[0].policy[1].probability: found 11, expected an integer from 0 to 10"),
    Mistake(
      "\"magnitude\": 9", "\"magnitude\": 10",
      "segments[0].policy[1].magnitude: found 10, expected an integer from 0 to 9"),
    Mistake(
      "\"magnitude\": 9", "\"magnitude\": 3.0",
      "segments[0].policy[1].magnitude: found 3.0, expected an integer from 0 to 9"),
    Mistake(
      "\"magnitude\": 9", "\"magnitude\": true",
      "segments[0].policy[1].magnitude: found true, expected an integer from 0 to 9"),
    Mistake(
      "\"magnitude\": 9", "\"magnitude\": \"9\"",
      "segments[0].policy[1].magnitude: found \"9\", expected an integer from 0 to 9"),
    Mistake(
      ", \"magnitude\": 9", "",
      "segments[0].policy[1].magnitude: found nothing, expected an integer from 0 to 9"),
    Mistake(
      "\"magnitude\": 9", "\"magnitud\": 9",
      "segments[0].policy[1]: found the unknown key \"magnitud\", "
        + "expected one of operation, probability, magnitude (did you mean magnitude?)"),
    Mistake(
      "\"Cutout\"", "\"Cutuot\"",
      "segments[0].policy[1].operation: found \"Cutuot\", "
        + "expected one of \(operationNames) (did you mean Cutout?)"
    ),
    Mistake(
      "\"Cutout\"", "\"Elephant\"",
      "segments[0].policy[1].operation: found \"Elephant\", expected one of \(operationNames)"),
    Mistake(
      "\"Cutout\"", "13", "segments[0].policy[1].operation: found 13, expected the name of an operation"),
    Mistake(
      "\"epochs\": 3", "\"epochs\": 0",
      "segments[0].epochs: found 0, expected an integer from 1 to 1000000"),
    Mistake(
      "\"epochs\": 3", "\"epochs\": -2",
      "segments[0].epochs: found -2, expected an integer from 1 to 1000000"),
    Mistake(
      "\"epochs\": 3", "\"epochs\": 4", "segments: found 6 epochs in all, expected 5, as \"epochs\" says"),
    Mistake("\"epochs\": 5", "\"epochs\": null", "epochs: found null, expected an integer from 1 to 1000000"),
    Mistake(
      "\"policy\": []", "\"policy\": {}",
      "segments[1].policy: found an object, expected a list of policy entries"),
    Mistake(
      "[0.25, 0.5, 0.25]", "[0.25, 0.5]",
      "operationCount: found probabilities that sum to 0.75, expected a sum of 1"),
    Mistake(
      "[0.25, 0.5, 0.25]", "[1.5, -0.5]",
      "operationCount[0]: found 1.5, expected a number from 0.0 to 1.0"),
    Mistake(
      "[0.25, 0.5, 0.25]", "0.5",
      "operationCount: found 0.5, expected a list of probabilities, for applying 0, 1, 2… operations"),
    Mistake(
      "\"probabilityScale\": 10", "\"probabilityScale\": 100",
      "probabilityScale: found 100, expected 10, the scale of version 1"),
    Mistake("\"name\": \"two \\\"segments\\\"\"", "\"name\": 3", "name: found 3, expected a name"),
    Mistake(
      "pba-schedule", "pba-run",
      "format: found \"pba-run\", expected \"pba-schedule\": this is no schedule of pba"),
    Mistake(
      "\"format\": \"pba-schedule\",", "",
      "format: found nothing, expected \"pba-schedule\": this is no schedule of pba"),
    Mistake(
      "\"version\": 1", "\"version\": 3",
      "version: found 3, expected 1 or 2: a newer pba wrote this file, or it is damaged; "
        + "update pba, or export the schedule again"),
    Mistake(
      "\"version\": 1", "\"version\": \"1\"",
      "version: found \"1\", expected 1 or 2, a whole number without quotes or a point"),
    Mistake(
      "\"name\"", "\"nmae\"",
      "found the unknown key \"nmae\", "
        + "expected one of \(topKeys) (did you mean name?)"),
    Mistake(
      "\"provenance\": {", "\"provenance\": 5, \"x\": {",
      "found the unknown key \"x\", expected one of \(topKeys)"),
    Mistake(
      "\"version\": 1", "\"version\": 1, \"version\": 1",
      "line 3, column 17: found the key \"version\" a second time, expected each key once"),
    Mistake(
      "\"epochs\": 5,", "\"epochs\": 5",
      "line 6, column 3: found \"\\\"operationCount\\\": [0.25,\", expected a comma or }"),
  ]
}
