import Foundation
import Testing
import Torch

/// What of the device's part can be seen with and without a device.
@Suite struct DeviceStreamTests {
  private static let hasCUDA = Runtime.cudaDeviceCount() > 0

  @Test func theProcessorHasNoStreams() {
    let error = #expect(throws: TorchError.self) { try DeviceStream(on: .cpu) }
    #expect(error?.description.contains("the CPU has no streams") == true)
  }

  @Test func aStreamInUseIsPassedOver() throws {
    let register = StreamRegister(countPerDevice: 3)
    var turn: Int64 = 0
    var returned: [Int64] = []
    func lend(_ device: Device) throws -> Int64? {
      try register.lend(
        of: device,
        draw: {
          turn += 1
          return turn % 3
        }, id: { $0 }, giveBack: { returned.append($0) })
    }
    #expect(try [lend(.cuda(0)), lend(.cuda(0))] == [1, 2])
    register.giveBack(1, of: .cuda(0))
    #expect(try lend(.cuda(0)) == 0)
    #expect(try lend(.cuda(0)) == 1)
    #expect(returned == [])
    // All are in use: each was drawn once and given back.
    #expect(try lend(.cuda(0)) == nil)
    #expect(returned == [2, 0, 1])
    // Another device's are others.
    #expect(try lend(.cuda(1)) == 2)
    // The next in turn is 0, which is in use.
    register.giveBack(1, of: .cuda(0))
    #expect(try lend(.cuda(0)) == 1)
    #expect(returned == [2, 0, 1, 0])
  }

  /// The number of devices is the first that no device has: 0 where there is none.
  @Test func aDeviceThatIsNotThereIsRefused() {
    let error = #expect(throws: TorchError.self) {
      try DeviceStream(on: .cuda(Runtime.cudaDeviceCount()))
    }
    #expect(error?.description.lowercased().contains("cuda") == true)
  }

  @Test func pinnedMemoryIsThereWhereADeviceIs() throws {
    guard Self.hasCUDA else {
      let error = #expect(throws: TorchError.self) { try Tensor.pinned([2, 3]) }
      #expect(error?.description.contains("CUDA") == true)
      return
    }
    #expect(try Tensor.pinned([2, 3]).shape == [2, 3])
    let stream = try DeviceStream(on: .cuda(0))
    try stream.use { try stream.synchronize() }
  }

  @Test func whatCannotBeRecordedIsNotCalled() throws {
    guard let obstacle = Recording.obstacle else {
      #expect(Self.hasCUDA)
      return
    }
    #expect(obstacle.contains("needs libtorch_cuda") || obstacle.contains("needs a CUDA device"))
    var calls = 0
    let error = #expect(throws: TorchError.self) { try Recording { calls += 1 } }
    #expect(error?.description == obstacle)
    #expect(calls == 0)
  }

  @Test func rowsOfATableAreTakenInTheOrderAsked() throws {
    let table = try Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [3, 2])
    let rows = try table.rows(Tensor([2, 0, 2] as [Int64], shape: [3]))
    #expect(rows.shape == [3, 2])
    #expect(try rows.elements(Float.self) == [5, 6, 1, 2, 5, 6])
    #expect(throws: TorchError.self) { try table.rows(Tensor([3] as [Int64], shape: [1])) }
  }
}

#if os(Linux)
  /// The library CTorchCUDA itself, loaded into a process without libtorch_cuda.
  @Suite struct CUDALibraryTests {
    private static let path =
      URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
      .appendingPathComponent("libCTorchCUDA.so").path
    private static let isBuilt = FileManager.default.fileExists(atPath: path)

    /// The C header's table, read here without the header: a program sees no more of the library.
    private struct Table {
      var version: UInt32
      var torchVersion: UnsafePointer<CChar>
      var error: @convention(c) () -> UnsafePointer<CChar>
      var record:
        @convention(c) (
          @convention(c) (UnsafeMutableRawPointer?) -> Bool, UnsafeMutableRawPointer?
        )
          -> UnsafeMutableRawPointer?
    }

    @Test(
      .enabled(if: isBuilt, "not run: CUDA's headers are not here, so the library was not built"),
      .disabled(if: Runtime.cudaDeviceCount() > 0, "there is a CUDA device"))
    func loadsWithoutCUDAAndRefusesToRecord() throws {
      let library = try #require(
        dlopen(Self.path, RTLD_LAZY | RTLD_LOCAL), Comment(rawValue: String(cString: dlerror())))
      let symbol = try #require(dlsym(library, "ctorch_cuda"))
      typealias Entry = @convention(c) () -> UnsafeRawPointer
      let table = unsafeBitCast(symbol, to: Entry.self)().assumingMemoryBound(to: Table.self).pointee
      #expect(table.version == 1)
      #expect(String(cString: table.torchVersion) == Runtime.builtVersion)
      let recording = table.record({ _ in true }, nil)
      #expect(recording == nil)
      #expect(String(cString: table.error()).contains("needs libtorch_cuda"))
    }
  }
#endif
