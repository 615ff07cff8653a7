import Foundation
import Testing
import Torch

@Suite struct RuntimeTests {
  @Test func theLoadedVersionIsTheOneThisWasBuiltFor() {
    #expect(Runtime.version == Runtime.builtVersion)
  }

  @Test func threadsAreASettingOfTheCallingThread() throws {
    /// Runs `body` on a thread of its own and returns what it gives.
    func onThread(_ body: @escaping @Sendable () -> Int) -> Int {
      let result = Box()
      let done = DispatchSemaphore(value: 0)
      Thread.detachNewThread {
        result.value = body()
        done.signal()
      }
      done.wait()
      return result.value
    }
    let secondIsDone = DispatchSemaphore(value: 0)
    let firstIsSet = DispatchSemaphore(value: 0)
    // The first thread sets its count, the second sets another and works with it; the first must keep its own.
    let second = Box()
    Thread.detachNewThread {
      firstIsSet.wait()
      try? Runtime.setThreads(3)
      second.value = (try? Self.parallelWork()).map { Runtime.threads } ?? 0
      secondIsDone.signal()
    }
    let first = onThread {
      try? Runtime.setThreads(1)
      firstIsSet.signal()
      secondIsDone.wait()
      return (try? Self.parallelWork()).map { Runtime.threads } ?? 0
    }
    #expect(first == 1)
    #expect(second.value == 3)
  }

  /// An operation that is large enough to be split among threads.
  private static func parallelWork() throws {
    _ = try (Tensor.full([1 << 20], 1) + Tensor.full([1 << 20], 2)).sum()
  }

  /// With plain kernels the memory is libtorch's own, which knows no limit but the system's.
  @Test(.enabled(if: ProcessInfo.processInfo.environment[Runtime.kernelsVariable] != "plain"))
  func aTensorBeyondTheLimitOfMemoryIsAnError() throws {
    defer { Runtime.limitMemory(nil) }
    // Far above what other tests take meanwhile, and far below what the system would give out.
    Runtime.limitMemory(1 << 36)
    let error = #expect(throws: TorchError.self) { try Tensor.zeros([1 << 34, 2]) }
    #expect(error?.description.contains("not enough memory for a tensor of 137438953472 bytes: ") == true)
    #expect(error?.description.contains(" of 68719476736 are in use") == true)
    #expect(try Tensor.zeros([1 << 20]).shape == [1 << 20])
  }

  @Test func mixedPrecisionHoldsInsideItsScopeOnly() throws {
    let input = try Tensor.full([1, 3, 4, 4], 1)
    let kernel = try Tensor.full([2, 3, 3, 3], 1)
    let inside = try withPrecision(.bf16, on: .cpu) { try input.convolved(kernel, stride: 1, padding: 1) }
    let outside = try input.convolved(kernel, stride: 1, padding: 1)
    #expect(inside.dataType == .bfloat16)
    #expect(outside.dataType == .float32)
    #expect(throws: TorchError.self) {
      try withPrecision(.bf16, on: .cpu) {
        try input.convolved(Tensor.zeros([1, 5, 3, 3]), stride: 1, padding: 1)
      }
    }
    #expect(try input.convolved(kernel, stride: 1, padding: 1).dataType == .float32)
  }

  @Test func aGeneratorsNumbersAreDecidedByItsSeed() throws {
    func numbers(_ generator: Generator) throws -> [Float] {
      let tensor = try Tensor.zeros([5])
      try tensor.fillNormal(deviation: 1, generator)
      return try tensor.elements(Float.self)
    }
    let generator = try Generator(seed: 7)
    let first = try numbers(generator)
    let second = try numbers(generator)
    let again = try Generator(seed: 7)
    #expect(try numbers(again) == first)
    #expect(try numbers(again) == second)
    #expect(first != second)
    #expect(try numbers(Generator(seed: 99)) != first)
  }
}

/// A place for one result that crosses threads; the semaphore orders the accesses.
private final class Box: @unchecked Sendable {
  var value = 0
}
