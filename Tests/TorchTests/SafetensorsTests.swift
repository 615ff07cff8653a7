import Foundation
import Testing
import Torch

@Suite struct SafetensorsTests {
  func sample() throws -> Safetensors {
    Safetensors(
      tensors: [
        NamedTensor(name: "weight", tensor: try Tensor([1.5, -2, 3, 4, 5, 6] as [Float], shape: [2, 3])),
        NamedTensor(name: "état \"a\"\n", tensor: try Tensor([1, 2, 255] as [UInt8], shape: [3])),
        NamedTensor(name: "epoch", tensor: try Tensor([7] as [Int64], shape: [])),
        NamedTensor(name: "empty", tensor: try Tensor([] as [Double], shape: [0, 4])),
      ], metadata: ["b": "2", "a": "quote \" backslash \\ tab \t bell \u{07}"])
  }

  @Test func readsBackWhatItWrote() throws {
    let written = try sample()
    let file = try written.encoded()
    let read = try Safetensors(file, name: "file")
    #expect(read.metadata == written.metadata)
    #expect(Set(read.tensors.map(\.name)) == Set(written.tensors.map(\.name)))
    #expect(read["weight"]?.shape == [2, 3])
    #expect(try read["weight"]?.elements(Float.self) == [1.5, -2, 3, 4, 5, 6])
    #expect(try read["epoch"]?.item() == 7)
    #expect(read["empty"]?.shape == [0, 4])
    #expect(try sample().encoded() == file)
  }

  @Test func knowsItsLengthBeforeItIsWritten() throws {
    let contents = try sample()
    #expect(try contents.encodedByteCount() == contents.encoded().count)
    let seal = ["sha256": String(repeating: "0", count: 64)]
    #expect(try contents.encodedByteCount(seal: seal) == contents.encoded { _, _ in seal }.count)
    #expect(try contents.encodedByteCount(seal: seal) > contents.encodedByteCount())
  }

  @Test func writesChannelsLastTensorsInRowOrder() throws {
    let kernel = try Tensor((0..<8).map(Float.init), shape: [1, 2, 2, 2])
    let file = try Safetensors(
      tensors: [NamedTensor(name: "k", tensor: kernel.contiguous(channelsLast: true))], metadata: [:]
    ).encoded()
    #expect(try Safetensors(file, name: "file")["k"]?.elements(Float.self) == (0..<8).map(Float.init))
  }

  @Test func refusesEveryTruncation() throws {
    let file = try sample().encoded()
    for length in 0..<file.count {
      #expect(throws: TorchError.self) { try Safetensors(file.prefix(length), name: "cut.safetensors") }
    }
  }

  @Test func namesTheFileInItsErrors() {
    let error = #expect(throws: TorchError.self) {
      try Safetensors(Data(repeating: 255, count: 40), name: "x.safetensors")
    }
    #expect(
      error?.description.hasPrefix(
        "x.safetensors is not a whole safetensors file: its header should have") == true)
  }

  @Test(arguments: [
    #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#,
    #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#,
    #"{"a":{"dtype":"F32","shape":[-1,-1],"data_offsets":[0,4]}}"#,
    #"{"a":{"dtype":"F32","shape":[4611686018427387904,4611686018427387904],"data_offsets":[0,8]}}"#,
    #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}"#,
    #"{"a":{"dtype":"F99","shape":[1],"data_offsets":[0,4]}}"#,
    #"{"a":{"dtype":"F32","shape":[1]}}"#,
    #"{"a":[]}"#, #"[]"#, #"{"#, "",
    #"{"__metadata__":{"a":1}}"#,
  ])
  func refusesHostileHeaders(header: String) {
    var file = Data()
    withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { file.append(contentsOf: $0) }
    file.append(contentsOf: header.utf8)
    file.append(contentsOf: [0, 0, 0, 0, 0, 0, 0, 0])
    #expect(throws: TorchError.self) { try Safetensors(file, name: "hostile") }
  }
}
