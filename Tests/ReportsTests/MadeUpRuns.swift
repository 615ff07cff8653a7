import Augmentation
import Files
import Policies
import RunStore

/// A checkpoint that is nowhere.
private let checkpoint = CheckpointRecord(file: "a.safetensors", digest: FileDigest(size: 1, sha256: "0f"))

/// A finished segment with an accuracy, or a failed one.
func segment(
  _ generation: Int, _ trial: Int, parent: (generation: Int, trial: Int)? = nil, accuracy: Double?,
  epochs: Range<Int>? = nil, arrival: Int? = nil, times: WorkTimes? = nil, tuned: [String: Double] = [:],
  figures: [String: Double] = [:]
) -> SegmentRecord {
  SegmentRecord(
    plan: SegmentPlan(
      generation: generation, trial: trial, epochs: epochs ?? generation * 2..<generation * 2 + 2,
      parent: parent?.trial, parentGeneration: parent?.generation, policy: .searchStart,
      tuned: tuned),
    result: accuracy.map {
      .done(
        checkpoint,
        SegmentMetrics(
          score: $0, trainLoss: 2 - $0, trainAccuracy: $0, seconds: times?.total ?? 3,
          figures: figures, times: times))
    } ?? .failed(reason: "the loss became nan"), arrival: arrival)
}

/// Three trials, three generations: trial 2 copies trial 0 after the first, trial 1 copies trial 2 after the second.
func smallPopulation() -> [SegmentRecord] {
  [
    segment(0, 0, accuracy: 0.5), segment(0, 1, accuracy: 0.4), segment(0, 2, accuracy: 0.2),
    segment(1, 0, parent: (0, 0), accuracy: 0.55), segment(1, 1, parent: (0, 1), accuracy: 0.45),
    segment(1, 2, parent: (0, 0), accuracy: 0.6),
    segment(2, 0, parent: (1, 0), accuracy: 0.6), segment(2, 1, parent: (1, 2), accuracy: 0.8),
    segment(2, 2, parent: (1, 2), accuracy: 0.7),
  ]
}

/// A search of a size, in which a quarter copies another quarter after every generation.
func largePopulation(trials: Int, generations: Int) -> [SegmentRecord] {
  var random = RandomStream(seed: 7, domain: .exploit, trial: 0, epoch: 0)
  func draw() -> Double { Double(random.next() >> 11) / 9_007_199_254_740_992 }
  var records: [SegmentRecord] = []
  for generation in 0..<generations {
    for trial in 0..<trials {
      let copies = generation > 0 && draw() < 0.25
      let parent = copies ? Int(draw() * Double(trials)) : trial
      let accuracy = 0.9 - 0.6 / Double(generation + 1) - 0.1 * draw()
      let times = WorkTimes(
        started: 1e9 + Double(generation * trials + trial) * 2, slot: trial % 4, preparation: 0.1,
        training: 6,
        evaluation: 1, checkpoint: 0.2)
      records.append(
        segment(
          generation, trial, parent: generation == 0 ? nil : (generation - 1, parent), accuracy: accuracy,
          times: times))
    }
  }
  return records
}

/// Epochs of a training of which the last is measured.
func epochs(_ count: Int, times: Bool = true) -> [EpochRecord] {
  (0..<count).map { epoch in
    let number = Double(epoch + 1)
    let isLast = epoch == count - 1
    let spent = WorkTimes(
      started: 1e9 + Double(epoch) * 5, slot: 0, preparation: 0, training: 3, evaluation: 1, checkpoint: 1)
    return EpochRecord(
      epoch: epoch, trainLoss: 2 / number, trainAccuracy: 1 - 0.5 / number,
      validationAccuracy: isLast ? 0.7 : nil, testAccuracy: isLast ? 0.75 : nil, learningRate: 0.1 / number,
      seconds: 4, times: times ? spent : nil)
  }
}
