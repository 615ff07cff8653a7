import Testing
import Torch

@Suite struct DeviceTests {
  @Test func aListNamesOneDeviceOrSeveralOfCUDA() {
    #expect(Device.list("cpu") == [.cpu])
    #expect(Device.list("cuda") == [.cuda(0)])
    #expect(Device.list("cuda:1,cuda:0,cuda:7") == [.cuda(1), .cuda(0), .cuda(7)])
    for wrong in [
      "", ",", "cuda:0,", ",cuda:0", "cuda:0,cuda:0", "cuda,cuda:0", "cpu,cuda:0", "cpu,cpu", "tpu",
    ] {
      #expect(Device.list(wrong) == nil, "\(wrong)")
    }
  }

  @Test func theProcessorHasNoMemoryOfItsOwn() throws {
    #expect(try Runtime.freeMemory(of: .cpu) == nil)
    #expect(try Runtime.peakMemory(of: .cpu) == nil)
    #expect(throws: TorchError.self) { try Runtime.forgetPeakMemory(of: .cpu) }
  }
}
