import Augmentation
import Policies
import RunStore
import Search
import TestSupport
import Testing

/// What a search asks and is answered survives a line of JSON, and a damaged line is refused with its place.
@Suite struct SegmentMessageTests {
  private let first: SegmentRequest
  private let later: SegmentRequest

  init() throws {
    first = SegmentRequest(
      key: SegmentKey(SegmentPlace(generation: 0, trial: 12)), seed: .max, epochs: 0..<3, isLast: false,
      policy: .searchStart, parentCheckpoint: nil, checkpoint: "/runs/a \"b\"/ü\n.safetensors", slot: 0)
    later = SegmentRequest(
      key: SegmentKey(SegmentPlace(generation: 4, trial: 0), attempt: 3), seed: 0, epochs: 12..<14,
      isLast: true,
      policy: try Policy(searchVector: (0..<60).map { $0 % 10 }), parentCheckpoint: "/runs/parent",
      checkpoint: "/runs/child", tuned: ["learning_rate": 0.01, "weight_decay": 1], slot: 7)
  }

  private let metrics = SegmentMetrics(
    score: 0.1 + 0.2, trainLoss: 1e-300, trainAccuracy: 1, seconds: 12.5,
    times: WorkTimes(started: 1.7e9, slot: 3, preparation: 1, training: 2, evaluation: 3, checkpoint: 6.5))

  @Test func aRequestIsWhatItWasAfterALine() throws {
    for request in [first, later] {
      let line = try request.line()
      #expect(try SegmentRequest(line: line) == request)
      #expect(try SegmentRequest(line: line).line() == line)
      #expect(!line.contains("\n"))
    }
    let line = try later.line()
    #expect(line.contains("\"key\":\"4/0/3\""), "\(line)")
    #expect(line.contains("\"epochs\":[12,14]"), "\(line)")
    #expect(line.contains(#""tuned":{"learning_rate":0.01,"weight_decay":1}"#), "\(line)")
    for word in ["\"start\"", "tuned"] { #expect(!(try first.line().contains(word))) }
    #expect(later.generation == 4 && later.trial == 0)
  }

  @Test func anOutcomeIsWhatItWasAfterALine() throws {
    let outcomes: [SegmentOutcome] = [
      .trained(metrics), .trained(SegmentMetrics(score: -3.5, seconds: 0)),
      .notFinite(reason: "the loss became nan in epoch 3,\nstep 4"),
    ]
    for outcome in outcomes {
      let line = try outcome.line()
      #expect(try SegmentOutcome(line: line) == outcome)
      #expect(!line.contains("\n"))
    }
    #expect(
      try outcomes[1].line() == #"{"metrics":{"score":-3.5,"seconds":0},"outcome":"trained"}"#)
  }

  @Test func aKeyHasOneText() {
    for text in ["0/0/1", "3/12/1", "999999/0/1000"] { #expect(SegmentKey(text)?.description == text) }
    for text in ["", "3/12", "3/12/0", "-1/0/1", "03/12/1", "3/12/+1", "3/12/1/", "3/12/1 ", "a/b/c", "3//1"]
    {
      #expect(SegmentKey(text) == nil, "\(text)")
    }
  }

  @Test(arguments: [
    ("\"slot\":7", "\"slot\":-1", "slot: found -1, expected a number from 0 to 1000000"),
    ("\"slot\":7", "\"slot\":\"7\"", "slot: found another kind of value, expected an integer"),
    ("\"slot\":7", "\"slots\":7", "slot: found nothing, expected a value"),
    ("\"seed\":0", "\"seed\":null", "seed: found null, expected an integer"),
    ("\"isLast\":true", "\"isLast\":1", "isLast: found another kind of value, expected true or false"),
    ("[12,14]", "[14,12]", "epochs: found [14, 12], expected [first, end], 0 <= first < end <= 1000000"),
    ("[12,14]", "[12]", "epochs: found [12], expected [first, end], 0 <= first < end <= 1000000"),
    (
      "[12,14]", "[0,2]", "start: found \"/runs/parent\", expected nothing at epoch 0"
    ),
    (
      "\"/runs/parent\"", "null",
      "start: found nothing, expected the file to continue from at epoch 12"
    ),
    ("\"/runs/child\"", "\"\"", "output: found \"\", expected the name of a file"),
    ("4/0/3", "4/0", "key: found \"4/0\", expected generation/trial/attempt, such as 3/12/1"),
    ("0.01", "\"high\"", "tuned.learning_rate: found another kind of value, expected a number"),
    ("\"policy\":[", "\"policy\":[7,", "policy[0]: found 7, expected"),
    ("{", "[", "found \"[\\\"epochs"),
    ("}", "", "found \"{\\\"epochs"),
  ])
  func aDamagedRequestIsRefused(old: String, new: String, reason: String) throws {
    let line = try later.line()
    let place = try #require(line.range(of: old), "\(old) in \(line)")
    let damaged = line.replacingCharacters(in: place, with: new)
    let error = #expect(throws: SegmentMessageError.self) { try SegmentRequest(line: damaged) }
    let text = error?.description ?? ""
    #expect(text.hasPrefix("segment request: " + reason), "\(text)")
    #expect(!text.contains("\n"))
  }

  @Test(arguments: [
    ("trained\"", "lost\"", "outcome: found \"lost\", expected trained or notFinite"),
    ("\"score\":", "\"scores\":", "metrics.score: found nothing, expected a value"),
    (
      "\"trainAccuracy\":1", "\"trainAccuracy\":1.5",
      "metrics.trainAccuracy: found 1.5, expected a number from 0 to 1"
    ),
    ("\"seconds\":12.5", "\"seconds\":-1", "metrics.seconds: found -1.0, expected 0 or more"),
    (
      "\"seconds\":12.5", "\"seconds\":\"NaN\"",
      "metrics.seconds: found another kind of value, expected a number"
    ),
    ("\"metrics\":", "\"metric\":", "metrics: found nothing, expected a value"),
  ])
  func aDamagedOutcomeIsRefused(old: String, new: String, reason: String) throws {
    let line = try SegmentOutcome.trained(metrics).line()
    let place = try #require(line.range(of: old), "\(old) in \(line)")
    let damaged = line.replacingCharacters(in: place, with: new)
    let error = #expect(throws: SegmentMessageError.self) { try SegmentOutcome(line: damaged) }
    #expect(error?.description == "segment outcome: " + reason)
  }

  @Test func aFigureThatIsNoNumberCannotBeSent() {
    let diverged = SegmentOutcome.trained(SegmentMetrics(score: .nan, seconds: 1))
    let error = #expect(throws: SegmentMessageError.self) { try diverged.line() }
    #expect(error?.description == "segment outcome: metrics.score: found nan, expected a finite number")
  }

  @Test func aKeyOfANewerVersionIsLeftAlone() throws {
    let line = try later.line().dropLast() + ",\"trace\":[1]}"
    #expect(try SegmentRequest(line: String(line)) == later)
  }
}
