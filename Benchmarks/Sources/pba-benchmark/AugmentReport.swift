import Augmentation
import Command
import Text

/// This program's time of an image and the rivals', in microseconds.
struct ComparedTime: Encodable {
  let pba: Measurement
  let rivals: [String: Measurement]

  /// The rival with the lowest median, where there is one.
  var fastest: (name: String, time: Measurement)? {
    rivals.min { ($0.value.median, $0.key) < ($1.value.median, $1.key) }.map { ($0.key, $0.value) }
  }

  /// How many times as fast this program is as a rival.
  func ratio(to rival: Measurement) -> Measurement { rival.divided(by: pba) }

  private enum CodingKeys: String, CodingKey { case pba, rivals, fastestRival, ratio }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(pba, forKey: .pba)
    try container.encode(rivals, forKey: .rivals)
    try container.encodeIfPresent(fastest?.name, forKey: .fastestRival)
    try container.encodeIfPresent(fastest.map { ratio(to: $0.time) }, forKey: .ratio)
  }
}

/// What `pba-benchmark augment` found; times are microseconds an image.
struct AugmentReport: Encodable {
  struct OperationTime: Encodable {
    let operation: String
    let size: Int
    let times: ComparedTime
  }

  /// The tail alone beside a plain copy of the bytes that it writes, in batches of so many images.
  struct TailTime: Encodable {
    let images: Int
    let tail: Measurement
    let copy: Measurement
    var ratio: Measurement { tail.divided(by: copy) }

    private enum CodingKeys: String, CodingKey { case images, tail, copy, ratio }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(images, forKey: .images)
      try container.encode(tail, forKey: .tail)
      try container.encode(copy, forKey: .copy)
      try container.encode(ratio, forKey: .ratio)
    }
  }

  /// The whole on one thread and on several, in batches of so many images.
  struct ThreadTime: Encodable {
    let images: Int
    let threads: Int
    let one: Measurement
    let several: Measurement
    var ratio: Measurement { one.divided(by: several) }

    private enum CodingKeys: String, CodingKey { case images, threads, one, several, ratio }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(images, forKey: .images)
      try container.encode(threads, forKey: .threads)
      try container.encode(one, forKey: .one)
      try container.encode(several, forKey: .several)
      try container.encode(ratio, forKey: .ratio)
    }
  }

  let rounds: Int
  var machine: MeasuredMachine?
  var pipeline: ComparedTime?
  var operations: [OperationTime] = []
  var tail: [TailTime] = []
  var threads: [ThreadTime] = []

  init(rounds: Int) { self.rounds = rounds }

  /// Prints tables for people.
  func print() {
    printResult(machine?.text ?? "")
    printResult("µs an image, n = \(counted(rounds, "round")), median [range]")
    if let pipeline {
      printResult("")
      printResult("the whole of a 32×32 image, one thread")
      printResult("  pba \(pipeline.pba.text(2))")
      for (name, time) in pipeline.rivals.sorted(by: { $0.value.median < $1.value.median }) {
        printResult("  \(name) \(time.text(1)), \(pipeline.ratio(to: time).text(1)) times as long")
      }
    }
    for size in Set(operations.map(\.size)).sorted() { printOperations(size) }
    for time in tail {
      printResult("")
      printResult(
        "the tail of a 32×32 image, batches of \(time.images): \(time.tail.text(3)); a copy of what it writes "
          + "\(time.copy.text(3)); ratio \(time.ratio.text(2))")
    }
    for time in threads {
      printResult("")
      printResult(
        "the whole in batches of \(time.images), on 1 thread \(time.one.text(2)), on \(time.threads) "
          + "\(time.several.text(2)): \(time.ratio.text(2)) times as fast")
    }
  }

  private func printOperations(_ size: Int) {
    let times = operations.filter { $0.size == size }
    let names = Set(times.flatMap { $0.times.rivals.keys }).sorted()
    printResult("")
    printResult("one operation alone, \(size)×\(size)")
    let heading = names.map { padded($0, 26) }.joined()
    printResult(
      "  \(padded("", 14))\(padded("pba", 26))\(heading)\(names.isEmpty ? "" : "fastest rival / pba")")
    for time in times {
      let others = names.map { padded(time.times.rivals[$0]?.text(1) ?? "", 26) }.joined()
      let ratio = time.times.fastest.map { time.times.ratio(to: $0.time).text(1) } ?? ""
      printResult("  \(padded(time.operation, 14))\(padded(time.times.pba.text(3), 26))\(others)\(ratio)")
    }
  }
}
