import RunStore

/// What the time of a search's slots went into, from what its journal notes of each segment.
///
/// A slot trains one segment after another; a search of `s` slots that takes `t` seconds has `s · t` slot seconds, and
/// each of them is in one of the parts below. For a search whose population is compared at once.
public struct SearchShares: Codable, Hashable, Sendable {
  /// Slots times the seconds of the search.
  public private(set) var slotSeconds = 0.0
  /// Before the first segment: finding out how many train at once, the first plan.
  public private(set) var start = 0.0
  /// Training steps, augmentation among them.
  public private(set) var training = 0.0
  /// Validation.
  public private(set) var evaluation = 0.0
  /// Making networks and taking over the parents' checkpoints.
  public private(set) var preparation = 0.0
  /// Making and writing the checkpoints' bytes.
  public private(set) var checkpoint = 0.0
  /// All that lies between two segments of a slot: checkpoints verified, brought to the disk and named, the journal,
  /// the comparison and the plan that follows, and the results' files.
  public private(set) var betweenSegments = 0.0
  /// Slots without a segment, while others still train those of the generation.
  public private(set) var waiting = 0.0

  /// What the search adds to the training and validation of its trials while all slots have work: journal, checkpoints
  /// and decisions.
  public var orchestration: Double { preparation + checkpoint + betweenSegments }

  /// Adds up what some segments say.
  ///
  /// - Parameters:
  ///   - records: all segments; those without times count as nothing.
  ///   - began: when the search began, in seconds since 1970.
  ///   - ended: when it ended, in seconds since 1970.
  ///   - slots: how many segments trained at once.
  public init(_ records: [SegmentRecord], began: Double, ended: Double, slots: Int) {
    slotSeconds = Double(slots) * (ended - began)
    let stretches = records.compactMap { record in
      record.metrics?.times.map { (generation: record.plan.generation, times: $0) }
    }
    for times in stretches.map(\.times) {
      training += times.training
      evaluation += times.evaluation
      preparation += times.preparation
      checkpoint += times.checkpoint
    }
    var boundary = began
    let generations = Dictionary(grouping: stretches, by: \.generation).sorted { $0.key < $1.key }
    for (index, generation) in generations.enumerated() {
      let last = generation.value.map(\.times.end).max() ?? boundary
      let bySlot = Dictionary(grouping: generation.value.map(\.times), by: \.slot)
      for slot in 0..<slots {
        var free = boundary
        for (place, times) in (bySlot[slot] ?? []).sorted(by: { $0.started < $1.started }).enumerated() {
          let gap = max(0, times.started - free)
          if index == 0 && place == 0 { start += gap } else { betweenSegments += gap }
          free = times.end
        }
        waiting += max(0, last - free)
      }
      boundary = last
    }
    betweenSegments += Double(slots) * max(0, ended - boundary)
  }
}

extension WorkTimes {
  fileprivate var end: Double { started + total }
}
