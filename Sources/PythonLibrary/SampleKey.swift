import Policies

/// Which sample of which epoch: what selects the random numbers of an image.
struct SampleKey: Hashable {
  let sample: Int
  let epoch: Int

  /// Random numbers are counted by 32 bits, so a larger number would repeat a smaller one.
  private static let range = 0...Int(UInt32.max)

  init(sample: Int64, epoch: Int64) throws(PolicyError) {
    self.sample = try number(sample, in: Self.range, "index")
    self.epoch = try number(epoch, in: Self.range, "epoch")
  }
}

/// The keys of a batch, in runs that have one epoch.
struct BatchKeys {
  private let samples: [Int]
  private let epochs: [Int]

  init(
    samples: UnsafePointer<Int64>?, epochs: UnsafePointer<Int64>?, count: Int64
  ) throws(PolicyError) {
    // 2⁴⁰ keys fit in no memory that a caller has.
    let count = try number(count, in: 0...1 << 40, "count")
    let samples = try memory(samples, count, "samples")
    let epochs = try memory(epochs, count, "epochs")
    try requireMemory(count * 2 * MemoryLayout<Int>.stride)
    var keys: (samples: [Int], epochs: [Int]) = ([], [])
    keys.samples.reserveCapacity(count)
    keys.epochs.reserveCapacity(count)
    for index in 0..<count {
      let key = try SampleKey(sample: samples[index], epoch: epochs[index])
      keys.samples.append(key.sample)
      keys.epochs.append(key.epoch)
    }
    (self.samples, self.epochs) = keys
  }

  /// Keys of one epoch.
  init(samples: [Int], epoch: Int) {
    self.samples = samples
    epochs = samples.map { _ in epoch }
  }

  var count: Int { samples.count }

  /// Calls the body with each run of samples of one epoch.
  func forEachRun(_ body: (_ samples: ArraySlice<Int>, _ epoch: Int) throws -> Void) rethrows {
    var first = 0
    while first < samples.count {
      var end = first + 1
      while end < samples.count, epochs[end] == epochs[first] { end += 1 }
      try body(samples[first..<end], epochs[first])
      first = end
    }
  }
}
