import Testing
import Threads

@Suite struct ProcessMemoryTests {
  @Test(.enabled(if: ProcessMemory.peak != nil && ProcessMemory.resident != nil))
  func thePeakHasWhatWasTaken() throws {
    let before = try #require(ProcessMemory.resident)
    let size = 64 << 20
    let sum = [UInt8](repeating: 1, count: size).reduce(0) { $0 + Int($1) }
    #expect(sum == size)
    // Other tests may give memory back meanwhile, but the peak stays.
    #expect(try #require(ProcessMemory.peak) >= size)
    #expect(try #require(ProcessMemory.peak) >= before)
  }
}
