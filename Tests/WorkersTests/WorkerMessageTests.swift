import Datasets
import Policies
import RunStore
import Search
import Testing
import Text
import Torch
import Training
import Workers

/// What a coordinator and a worker say survives a line of JSON; noise is no message, and a wrong value is refused.
@Suite struct WorkerMessageTests {
  private static let key = SegmentKey(SegmentPlace(generation: 3, trial: 12), attempt: 2)
  private static let digest = String(repeating: "0a", count: 32)

  private static let ofWorkers: [WorkerMessage] = [
    .hello(
      WorkerHello(
        versions: 1...3, worker: "own 1", pid: 4711, host: "ü", python: "3.12.1", devices: ["cuda:0"])),
    .hello(WorkerHello(worker: "w", pid: 1, host: "h")),
    .ready, .alive,
    .bye(Farewell(reason: "other images", traceback: "line 1\nline 2")), .bye(Farewell(reason: "")),
    .progress(SegmentProgress(key: key, epoch: 10, done: 128, total: 4000, metrics: ["loss": 1.25])),
    .progress(SegmentProgress(key: key, epoch: 0)),
    .done(
      SegmentDone(
        key: key, score: 0.1 + 0.2, metrics: ["train_loss": 1e-300], digest: digest, size: 18_034_112,
        seconds: 12.5,
        times: WorkTimes(
          started: 1.7e9, slot: 3, preparation: 1, training: 2, evaluation: 3, checkpoint: 6.5))),
    .failed(SegmentFailure(key: key, kind: .user, reason: "ValueError: \"x\"", traceback: "t.py\n  f()")),
    .failed(SegmentFailure(key: key, kind: .notFinite, reason: "the loss became nan")),
  ]

  private static var ofCoordinators: [CoordinatorMessage] {
    var search = SearchConfiguration(data: DataSelection("folder:/photos", trainSize: 40))
    search.recipe.seed = .max
    return [
      .welcome(
        WorkerWelcome(
          heartbeat: 2, configuration: .network(NetworkWork(search: search, device: .cuda(0))))),
      .welcome(
        WorkerWelcome(
          heartbeat: 0.5,
          configuration: .trainer(
            TrainerWork(
              file: "/t.py", digest: "0f", className: "Own",
              settings: .object(["learning_rate": .number(0.1)]), epochs: 60,
              device: .cpu, metric: "f1")))),
      .bye(Farewell(reason: "protocol 2 is spoken here, found 1")),
      .run(
        SegmentRequest(
          key: key, seed: .max, epochs: 9..<12, isLast: false, policy: .searchStart,
          parentCheckpoint: "/start", checkpoint: "/output", tuned: ["learning_rate": 0.01], slot: 5)),
      .stop(key), .quit,
    ]
  }

  @Test func aMessageIsWhatItWasAfterALine() throws {
    for message in Self.ofWorkers {
      let line = try message.line()
      #expect(try WorkerMessage.read(line) == message)
      #expect(!line.contains("\n"))
    }
    for message in Self.ofCoordinators {
      let line = try message.line()
      #expect(try CoordinatorMessage.read(line) == message)
      #expect(!line.contains("\n"))
    }
  }

  /// The lines of the document, shortened.
  @Test(arguments: [
    #"{"t":"hello","protocol":[1,1],"worker":"swift_pba 0.1.0","pid":4711,"host":"node1","python":"3.11.7","devices":["cuda:0"]}"#,
    #"{"t":"bye","reason":"protocol 2 is spoken here, found 1","traceback":null}"#,
    #"{"t":"ready"}"#, #"{"t":"alive"}"#,
    #"{"t":"progress","key":"3/12/1","epoch":10,"done":128,"total":4000,"metrics":{"loss":1.25,"grad":null}}"#,
    #"{"t":"done","key":"3/12/1","score":0.8125,"metrics":{"train_loss":0.41,"train_accuracy":0.93},"digest":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08","size":18034112,"seconds":12.5}"#,
    #"{"t":"failed","key":"3/12/1","kind":"user","reason":"ValueError: 3 classes","traceback":"t.py, line 31"}"#,
  ])
  func theLinesOfTheDocumentAreRead(line: String) throws {
    #expect(try WorkerMessage.read(line) != nil)
  }

  @Test(arguments: [
    "", "epoch 1 of 3", "{", "{\"t\":\"done\",", "[1]", "null", "{}", #"{"t":1}"#, #"{"t":"trace","key":7}"#,
    #"{"T":"ready"}"#, "\u{fffd}\u{0}",
  ])
  func noiseIsNoMessage(line: String) throws {
    #expect(try WorkerMessage.read(line) == nil)
    #expect(try CoordinatorMessage.read(line) == nil)
  }

  @Test func whatIsNotKnownIsLeftAlone() throws {
    #expect(try WorkerMessage.read(#"{"t":"ready","since":[1,2]}"#) == .ready)
    #expect(try CoordinatorMessage.read(#"{"t":"quit","code":3}"#) == .quit)
    // What version 1 did not have from its beginning may be missing.
    let line = try Self.ofCoordinators[0].line()
    let place = try #require(line.range(of: "\"progress\":0.1,"))
    #expect(
      try CoordinatorMessage.read(line.replacingCharacters(in: place, with: "")) == Self.ofCoordinators[0])
  }

  @Test(arguments: [
    (
      #"{"t":"hello","protocol":[2],"worker":"w","pid":1,"host":"h"}"#,
      "protocol: found [2], expected [lowest, highest], 1 <= lowest <= highest"
    ),
    (
      #"{"t":"hello","protocol":"1","worker":"w","pid":1,"host":"h"}"#,
      "protocol: found another kind of value, expected a list"
    ),
    (
      #"{"t":"progress","key":"3/12","epoch":1}"#,
      "key: found \"3/12\", expected generation/trial/attempt, such as 3/12/1"
    ),
    (#"{"t":"progress","key":"3/12/1","epoch":-1}"#, "epoch: found -1, expected a number from 0 to 1000000"),
    (
      #"{"t":"done","key":"3/12/1","score":null,"digest":"","size":1,"seconds":1}"#,
      "score: found null, expected a number"
    ),
    (
      #"{"t":"done","key":"3/12/1","score":1,"digest":"9F","size":1,"seconds":1}"#,
      "digest: found \"9F\", expected a SHA-256 of 64 lower-case hexadecimal digits"
    ),
    (
      #"{"t":"done","key":"3/12/1","score":1,"metrics":{"loss":"low"},"digest":"0","size":1,"seconds":1}"#,
      "metrics.loss: found another kind of value, expected a number"
    ),
    (
      #"{"t":"failed","key":"3/12/1","kind":"tired","reason":""}"#,
      "kind: found \"tired\", expected not-finite, user, oom, stopped or fenced"
    ),
    (#"{"t":"bye"}"#, "reason: found nothing, expected a value"),
  ])
  func aWrongValueIsRefused(line: String, reason: String) {
    let error = #expect(throws: SegmentMessageError.self) { try WorkerMessage.read(line) }
    #expect(error?.description == "message of a worker: " + reason)
  }

  @Test func theSettingsOfASearchAreCheckedToo() throws {
    let line = try Self.ofCoordinators[0].line()
    let place = try #require(line.range(of: "\"population\":16"))
    let error = #expect(throws: SegmentMessageError.self) {
      try CoordinatorMessage.read(line.replacingCharacters(in: place, with: "\"population\":\"many\""))
    }
    #expect(
      error?.description
        == "message of a coordinator: config.search.population: found another kind of value, expected an integer"
    )
  }

  @Test func progressIsAShareOfTheSegment() {
    func share(_ epoch: Int, _ done: Double?, _ total: Double?) -> Double {
      SegmentProgress(key: Self.key, epoch: epoch, done: done, total: total).share(of: 9..<13)
    }
    #expect(share(9, nil, nil) == 0 && share(10, nil, nil) == 0.25)
    #expect(share(10, 50, 100) == 0.375 && share(12, 100, 100) == 1)
    // A worker may count as it likes: the share stays one.
    #expect(share(10, 500, 100) == 0.5 && share(10, 1, 0) == 0.25)
    #expect(share(0, 1, 2) == 0 && share(99, 1, 1) == 1)
  }
}
