import Comparison
import Datasets
import Foundation
import RunStore
import Search
import Testing
import Threads
import Torch
import Training
import Workers

@Suite struct CapacityTests {
  private typealias Memory = SegmentCapacity.Memory

  private func capacity(
    _ population: Int, cores: Int, threads: Int = 1, _ memories: [(needed: Int, free: Int)] = []
  ) -> SegmentCapacity {
    SegmentCapacity(
      population: population, cores: cores, threads: threads,
      memories: memories.map { Memory(needed: $0.needed, free: $0.free) })
  }

  @Test func theScarcestOfPopulationCoresAndMemoryDecides() {
    #expect(capacity(16, cores: 32).segments == 16)
    #expect(capacity(16, cores: 32).limit == .population)
    #expect(capacity(16, cores: 8).segments == 8)
    #expect(capacity(16, cores: 8).limit == .cores)
    #expect(capacity(16, cores: 8, threads: 3).segments == 2)
    #expect(capacity(16, cores: 8, threads: 20).segments == 1)
    // A fifth of what is free is left to others.
    #expect(capacity(16, cores: 8, [(100, 500)]).segments == 4)
    #expect(capacity(16, cores: 8, [(100, 500)]).limit == .memory)
    #expect(capacity(16, cores: 8, [(100, 10_000)]).limit == .cores)
    #expect(capacity(16, cores: 8, [(0, 10)]).segments == 8)
  }

  @Test func oneTrialTrainsHoweverLittleThereIs() {
    #expect(capacity(16, cores: 8, [(1000, 500)]).segments == 1)
    #expect(capacity(16, cores: 8, [(1000, -500)]).segments == 1)
    #expect(capacity(0, cores: 0, threads: 0).segments == 1)
  }

  @Test func devicesAddUpAndTheScarcestDecidesForEach() {
    #expect(capacity(64, cores: 64, [(100, 500), (100, 1000)]).segments == 8)
    #expect(capacity(64, cores: 64, [(100, 500), (100, 1000)]).memory == Memory(needed: 100, free: 500))
  }

  @Test func eachSegmentHasAStreamOfItsOwn() {
    let bound = SegmentCapacity(population: 100, cores: 64, streams: 32)
    #expect((bound.segments, bound.limit) == (32, .streams))
    let loose = SegmentCapacity(population: 16, cores: 64, streams: 32)
    #expect((loose.segments, loose.limit) == (16, .population))
  }

  @Test func moreTrialsAtOnceThanStreamsAreRefused() throws {
    func search(_ concurrency: Int, population: Int, device: DeviceList) -> SearchConfiguration {
      var configuration = smallSearch(concurrency: concurrency)
      configuration.population = population
      configuration.device = device
      return configuration
    }
    try search(100, population: 32, device: DeviceList(.cuda(0))).validate()
    try search(33, population: 33, device: #require(DeviceList("cuda:0,cuda:1"))).validate()
    try search(33, population: 33, device: .cpu).validate()
    let refusal = SettingError("concurrency", found: "33", expected: "at most 32 on cuda:0")
    #expect(throws: refusal) { try search(33, population: 100, device: DeviceList(.cuda(0))).validate() }
    let comparison = ComparisonConfiguration(
      data: DataSelection("bundled"), policies: ["none", "cutout", "rcifar10"], seeds: 11, device: .cuda(0),
      concurrency: 33)
    #expect(throws: refusal) { try comparison.validate() }
  }

  @Test func slotsGoRoundTheDevices() {
    let devices = [Device.cuda(0), .cuda(2), .cuda(3)]
    let slots = (0..<8).map { TrainingExecutor.device(ofSlot: $0, among: devices) }
    #expect(slots == [0, 2, 3, 0, 2, 3, 0, 2].map { .cuda($0) })
  }

  @Test func aSettingIsReadAndWrittenAsItIsSpelt() throws {
    for (text, value) in [("\"auto\"", Concurrency.automatic), ("3", .trials(3))] {
      #expect(try JSONDecoder().decode(Concurrency.self, from: Data(text.utf8)) == value)
      #expect(String(decoding: try JSONEncoder().encode(value), as: UTF8.self) == text)
    }
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(Concurrency.self, from: Data("\"many\"".utf8))
    }
    #expect(Concurrency("many") == nil)
  }

  @Test func settingsOfAnOlderJournalHaveTheirDefaults() throws {
    var object =
      try JSONSerialization.jsonObject(with: JSONEncoder().encode(smallSearch())) as? [String: Any] ?? [:]
    object["burnIn"] = nil
    object["asynchronous"] = nil
    let older = try JSONSerialization.data(withJSONObject: object)
    #expect(try JSONDecoder().decode(SearchConfiguration.self, from: older) == smallSearch())
  }

  /// The measurement of a real, if tiny, network on this machine.
  @Test func theMemoryOfATrialIsMeasured() throws {
    let data = try loadDataset(DataSelection("bundled", trainSize: 256, validationSize: 256))
    let configuration = SearchConfiguration(
      data: DataSelection("bundled"), recipe: Recipe(model: "wrn_10_1", epochs: 2, batchSize: 128),
      population: 64)
    let executor = try TrainingExecutor(configuration, data: data)
    let capacity = try executor.segmentsAtOnce(
      configuration.concurrency, population: configuration.population)
    #expect((1...64).contains(capacity.segments))
    #if os(Linux)
      if CoreCount.usable > 1 {
        // How much it is cannot be said here: other tests take and give back memory of the same process meanwhile.
        let memory = try #require(capacity.memory)
        #expect(memory.free > 0 && memory.free <= Int(ProcessInfo.processInfo.physicalMemory))
        #expect(
          capacity
            == SegmentCapacity(
              population: 64, cores: CoreCount.usable, threads: configuration.recipe.threads,
              memories: [memory]))
      }
    #endif
    #expect(capacity.segments <= max(1, CoreCount.usable))
    #expect(try executor.segmentsAtOnce(.trials(7), population: 5).segments == 7)
  }
}
