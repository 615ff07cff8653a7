import Testing
import Torch

@Suite struct DeviceTests {
  @Test func aListNamesOneDeviceOrSeveralOfCUDA() {
    #expect(DeviceList("cpu")?.devices == [.cpu])
    #expect(DeviceList("cuda")?.devices == [.cuda(0)])
    #expect(DeviceList("cuda:1,cuda:0,cuda:7")?.devices == [.cuda(1), .cuda(0), .cuda(7)])
    for wrong in [
      "", ",", "cuda:0,", ",cuda:0", "cuda:0,cuda:0", "cuda,cuda:0", "cpu,cuda:0", "cpu,cpu", "tpu",
    ] {
      #expect(DeviceList(wrong) == nil, "\(wrong)")
    }
  }

  @Test func theProcessorHasNoMemoryOfItsOwn() throws {
    #expect(try Runtime.freeMemory(of: .cpu) == nil)
    #expect(try Runtime.peakMemory(of: .cpu) == nil)
    #expect(throws: TorchError.self) { try Runtime.forgetPeakMemory(of: .cpu) }
  }
}
