/// How many segments a machine can train at once, and why no more.
public struct SegmentCapacity: Hashable, Sendable {
  /// What one segment was seen to take of a memory, and what was free of it.
  public struct Memory: Hashable, Sendable {
    /// Bytes that one segment takes at its peak.
    public let needed: Int
    /// Bytes that are free where nothing trains.
    public let free: Int

    /// Makes a pair of figures, in bytes.
    public init(needed: Int, free: Int) {
      self.needed = needed
      self.free = free
    }
  }

  /// What sets the number.
  public enum Limit: String, Hashable, Sendable {
    case setting, population, cores, memory, streams
  }

  /// The number of segments, at least 1.
  public let segments: Int
  /// What sets it.
  public let limit: Limit
  /// The scarcest memory, where it was measured.
  public let memory: Memory?

  /// Not all of what is free is given away: memory is lost between blocks, and other programs live too.
  static let usableShare = 0.8

  /// The number that the settings name.
  init(setting segments: Int) {
    self.segments = segments
    limit = .setting
    memory = nil
  }

  /// Computes the number.
  ///
  /// - Parameters:
  ///   - population: the number of trials; more segments than that there never are.
  ///   - cores: the processor's cores, each of which keeps one thread busy.
  ///   - threads: the threads of a segment.
  ///   - memories: the memory of each device; empty where none was measured. Segments are spread evenly over devices.
  ///   - streams: the streams of all devices, of which a segment has one; nil where none are needed.
  public init(
    population: Int, cores: Int, threads: Int = 1, memories: [Memory] = [], streams: Int? = nil
  ) {
    let scarcest = memories.min { Self.count($0) < Self.count($1) }
    var (segments, limit) = (max(population, 1), Limit.population)
    let byCores = max(cores / max(threads, 1), 1)
    if byCores < segments { (segments, limit) = (byCores, .cores) }
    if let scarcest {
      let byMemory = max(Self.count(scarcest) * memories.count, 1)
      if byMemory < segments { (segments, limit) = (byMemory, .memory) }
    }
    if let streams, streams < segments { (segments, limit) = (max(streams, 1), .streams) }
    self.segments = segments
    self.limit = limit
    memory = scarcest
  }

  private static func count(_ memory: Memory) -> Int {
    guard memory.needed > 0 else { return SearchRules.largest }
    return min(
      Int(Double(max(memory.free, 0)) * usableShare / Double(memory.needed)), SearchRules.largest)
  }
}
