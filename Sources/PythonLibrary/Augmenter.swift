import Augmentation
import Images
import Policies
import Text

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A policy that is played on images, for any number of threads at once.
final class Augmenter: Sendable {
  private let choice: PolicyChoice
  private let order: PolicyOrder
  private let totalEpochs: Int
  private let seed: UInt64
  private let trial: Int
  private let scalesToSize: Bool
  private let fill: (red: UInt8, green: UInt8, blue: UInt8)
  private let tail: TailSettings?
  private let workshops = LockFreePool<Workshop>()

  /// Finds a policy and checks all settings.
  ///
  /// - Parameters:
  ///   - policy: a name, `NAME@ORDER`, the path of a schedule file, or the text of one.
  ///   - seed: the seed of all random numbers.
  ///   - settings: how it is played.
  /// - Throws: `PolicyError`.
  init(policy: String, seed: UInt64, _ settings: AugmenterSettings) throws(PolicyError) {
    var choice: PolicyChoice
    if let schedule = try Schedule(ifJSON: policy) {
      choice = PolicyChoice(schedule)
      order = settings.order ?? .schedule
    } else {
      let played = try PlayedPolicy(parsing: policy)
      choice = try played.choice(dataset: settings.dataset, seed: seed)
      order = settings.order ?? played.order
      guard played.policy == policy || order == played.order else {
        throw PolicyError(
          place: "order", found: order.rawValue,
          expected: "\(played.order.rawValue), as \(JSONValue.string(policy).summary) says, or none")
      }
    }
    try choice.check(order, of: "order")
    totalEpochs = settings.epochs ?? choice.schedule?.epochs ?? 1
    // Once, and not for every epoch.
    if let schedule = choice.schedule { choice = PolicyChoice(try schedule.stretched(to: totalEpochs)) }
    self.choice = choice
    self.seed = seed
    trial = settings.trial
    scalesToSize = settings.scalesToSize
    fill = settings.fill
    tail = settings.tail
    // What contradicts itself is refused here, not at the first image.
    _ = try tail?.tail(choice.cutoutRule, .none)
    try warmUp()
  }

  private func scale(_ size: ImageSize) -> PixelScale {
    scalesToSize ? PixelScale(width: size.width, height: size.height) : .none
  }

  private func program(epoch: Int, _ size: ImageSize) throws(PolicyError) -> AugmentationProgram {
    try choice.program(
      epoch: epoch, totalEpochs: totalEpochs, order: order, width: size.width, height: size.height,
      scale: scale(size))
  }

  /// Works with the memory and the programs of a call before this one, where there are some.
  private func withWorkshop<Result>(_ body: (Workshop) throws -> Result) rethrows -> Result {
    let workshop = workshops.take() ?? Workshop()
    defer { workshops.give(workshop) }
    return try body(workshop)
  }

  private func batchAugmenter(
    _ workshop: Workshop, epoch: Int, _ size: ImageSize
  ) throws(PolicyError) -> BatchAugmenter {
    guard let tail else {
      throw PolicyError(place: "tail", found: "nothing", expected: "mean and std, to make a batch of numbers")
    }
    return try workshop.batches.value(epoch: epoch, size) { () throws(PolicyError) in
      BatchAugmenter(
        program: try program(epoch: epoch, size),
        tail: try workshop.tails.value(epoch: 0, size) { () throws(PolicyError) in
          PreparedTail(try tail.tail(choice.cutoutRule, scale(size)))
        }, seed: seed, trial: trial)
    }
  }

  private func imageAugmenter(
    _ workshop: Workshop, epoch: Int, _ size: ImageSize
  ) throws(PolicyError) -> ImageAugmenter {
    try workshop.images.value(epoch: epoch, size) { () throws(PolicyError) in
      ImageAugmenter(program: try program(epoch: epoch, size), seed: seed, trial: trial)
    }
  }

  /// Writes a batch of normalised numbers.
  func write(
    _ keys: BatchKeys, places: [Int], of stack: ImageStack, into output: UnsafeMutableBufferPointer<Float>,
    threads: Int
  ) throws {
    let size = try ImageSize(height: Int64(stack.height), width: Int64(stack.width))
    try requireMemory(
      min(threads, keys.count) * ImageWorkspace.byteCount(width: size.width, height: size.height))
    try withWorkshop { workshop in
      try keys.forEachRun { samples, epoch in
        let numbers = samples.startIndex * stack.imageSize..<samples.endIndex * stack.imageSize
        try batchAugmenter(workshop, epoch: epoch, size).write(
          samples: samples, at: places[samples.indices], of: stack, epoch: epoch,
          into: UnsafeMutableBufferPointer(rebasing: output[numbers]), threads: threads)
      }
    }
  }

  /// Writes augmented images of one sample, which all are treated in the same way.
  func write(
    _ key: SampleKey, _ size: ImageSize, _ layout: PixelLayout, of source: UnsafeBufferPointer<UInt8>,
    into output: UnsafeMutableBufferPointer<UInt8>
  ) throws {
    try withWorkshop { workshop in
      try workshop.prepare(size)
      let augmenter = try imageAugmenter(workshop, epoch: key.epoch, size)
      let length = layout.bytesPerPixel * size.area
      for first in stride(from: 0, to: source.count, by: length) {
        let bytes = first..<first + length
        augmenter.write(
          sample: key.sample, epoch: key.epoch, of: UnsafeBufferPointer(rebasing: source[bytes]),
          layout: layout, fill: fill, into: UnsafeMutableBufferPointer(rebasing: output[bytes]),
          using: &workshop.memory)
      }
    }
  }

  /// Writes labels of pixels, moved as the pixels of the sample's image.
  func writeLabels(
    _ key: SampleKey, _ size: ImageSize, of labels: UnsafeBufferPointer<Int32>, fill: Int32,
    into output: UnsafeMutableBufferPointer<Int32>
  ) throws {
    if let wrong = labels.first(where: { !ImageAugmenter.labels.contains($0) }) {
      let range = ImageAugmenter.labels
      throw PolicyError(
        place: "labels", found: "\(wrong)",
        expected: "numbers from \(range.lowerBound) to \(range.upperBound)")
    }
    try withWorkshop { workshop in
      try workshop.prepare(size)
      try imageAugmenter(workshop, epoch: key.epoch, size).writeLabels(
        sample: key.sample, epoch: key.epoch, of: labels, fill: fill, into: output, using: &workshop.memory)
    }
  }

  /// What was opened: the schedule as it is played, the order and the length of the training.
  var description: JSONValue {
    .object([
      "schedule": choice.schedule.map(\.json) ?? .null, "order": .string(order.rawValue),
      "epochs": .integer(totalEpochs),
    ])
  }

  /// What is drawn for a sample: operations, then the tail where there is one.
  func explain(_ key: SampleKey, _ size: ImageSize) throws -> JSONValue {
    try withWorkshop { workshop in
      let drawn = try imageAugmenter(workshop, epoch: key.epoch, size).draws(
        sample: key.sample, epoch: key.epoch, width: size.width, height: size.height)
      var members: [String: JSONValue] = ["operations": .array(drawn.map { $0.json(size) })]
      if tail != nil {
        members["tail"] = try batchAugmenter(workshop, epoch: key.epoch, size).tailDraw(
          sample: key.sample, epoch: key.epoch, width: size.width, height: size.height
        ).json
      }
      return .object(members)
    }
  }

  /// Does all that a call can do once: what a language and its library set up at first use is then there, before a process
  /// with several threads forks.
  private func warmUp() throws(PolicyError) {
    do {
      let size = try ImageSize(height: 4, width: 4)
      let key = try SampleKey(sample: 0, epoch: 0)
      let pixels = [UInt8](repeating: 0, count: 3 * size.area)
      var labels = [Int32](repeating: 0, count: size.area)
      for layout in PixelLayout.allCases {
        var image = [UInt8](repeating: 0, count: layout.bytesPerPixel * size.area)
        try image.withUnsafeMutableBufferPointer {
          try write(key, size, layout, of: UnsafeBufferPointer($0), into: $0)
        }
      }
      try labels.withUnsafeMutableBufferPointer {
        try writeLabels(key, size, of: UnsafeBufferPointer($0), fill: 0, into: $0)
      }
      _ = try explain(key, size).text
      if tail != nil {
        var numbers = [Float](repeating: 0, count: 3 * size.area)
        let stack = ImageStack(count: 1, height: 4, width: 4, pixels: pixels)
        try numbers.withUnsafeMutableBufferPointer {
          try write(BatchKeys(samples: [0], epoch: 0), places: [0], of: stack, into: $0, threads: 1)
        }
      }
    } catch let error as PolicyError {
      throw error
    } catch {
      throw PolicyError(found: "\(error)", expected: "a policy that can be applied")
    }
  }
}

/// Throws where the system has no memory for a large image, which Swift would answer by ending the process.
func requireMemory(_ bytes: Int) throws(PolicyError) {
  guard bytes > 1 << 24 else { return }
  // Not malloc, which a compiler may leave out beside its free.
  let probe = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | Int32(MAP_ANON), -1, 0)
  guard let probe, probe != MAP_FAILED else {
    throw PolicyError(
      place: "memory", found: "no room for \(bytes >> 20) MiB", expected: "memory for the images",
      cure: "use smaller images, or fewer threads")
  }
  munmap(probe, bytes)
}

extension AppliedOperation {
  fileprivate func json(_ size: ImageSize) -> JSONValue {
    let map = movement(width: size.width, height: size.height)
    return .object([
      "operation": .string(operation.name), "probability": .number(probability),
      "parameter": .number(parameter), "magnitude": magnitude.map(JSONValue.integer) ?? .null,
      "center": center.map { .array([.integer($0.x), .integer($0.y)]) } ?? .null,
      "key": key.map { .integer(Int(truncatingIfNeeded: $0)) } ?? .null,
      "movement": map.map { .array($0.coefficients.map(JSONValue.number)) } ?? .null,
    ])
  }
}

extension TailDraw {
  fileprivate var json: JSONValue {
    .object([
      "shift": .array([.integer(shiftX), .integer(shiftY)]), "flipped": .bool(isFlipped),
      "cutout": .array(
        [blankColumns.lowerBound, blankRows.lowerBound, blankColumns.upperBound, blankRows.upperBound]
          .map(JSONValue.integer)),
    ])
  }
}
