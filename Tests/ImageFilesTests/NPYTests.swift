import Augmentation
import ImageFiles
import Images
import TestSupport
import Testing

/// A `.npy` file with this head, padded as numpy pads it, and this data.
private func npy(_ dictionary: String, version: UInt8 = 1, data: [UInt8] = []) -> [UInt8] {
  let lengthBytes = version == 1 ? 2 : 4
  let padding = 63 - (8 + lengthBytes + dictionary.utf8.count) % 64
  let head = Array(dictionary.utf8) + [UInt8](repeating: 0x20, count: padding) + [0x0A]
  let length = (0..<lengthBytes).map { UInt8(head.count >> (8 * $0) & 255) }
  return [0x93] + Array("NUMPY".utf8) + [version, 0] + length + head + data
}

private let sixBytes = "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), }"

@Suite struct NPYTests {
  /// What numpy 2 saved for the shapes (2, 3), (3,) and ().
  @Test(
    arguments: [
      ([2, 3], "2c2033292c207d20", [0, 1, 2, 3, 4, 5]), ([3], "2c292c207d202020", [0, 1, 2]),
      ([], "292c207d20202020", [0]),
    ] as [([Int], String, [UInt8])])
  func writesTheBytesOfNumpy(shape: [Int], afterFirstLength: String, data: [UInt8]) throws {
    let first = shape.first.map { String(48 + $0, radix: 16) } ?? ""
    let head =
      "934e554d5059010076007b276465736372273a20277c7531272c2027666f727472616e5f6f72646572273a2046616c73652c20"
      + "277368617065273a2028" + first + afterFirstLength
    let known = bytes(head)
    let file = try NPYArray(shape: shape, bytes: data).npy
    #expect(Array(file.prefix(known.count)) == known)
    #expect(file[known.count..<127].allSatisfy { $0 == 0x20 })
    #expect(Array(file[127...]) == [0x0A] + data)
    #expect(try NPYArray(npy: file, name: "array").shape == shape)
  }

  @Test(arguments: [1, 2, 3] as [UInt8]) func readsEveryVersion(version: UInt8) throws {
    let array = try NPYArray(npy: npy(sixBytes, version: version, data: [9, 8, 7, 6, 5, 4]), name: "array")
    #expect(array == (try NPYArray(shape: [2, 3], bytes: [9, 8, 7, 6, 5, 4])))
  }

  @Test func survivesAFile() throws {
    try withTemporaryFolder { folder in
      let array = try NPYArray(shape: [2, 1, 2], bytes: [1, 2, 3, 4])
      try array.write(to: folder + "/a.npy")
      #expect(try NPYArray(contentsOf: folder + "/a.npy") == array)
    }
  }

  @Test(arguments: [
    (
      npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", data: [0, 0, 0, 0]),
      "found dtype '<f4', expected '|u1' (uint8)"
    ),
    (
      npy("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }", data: [0, 1, 2, 3, 4, 5]),
      "found Fortran order, expected C order"
    ),
    (npy(sixBytes, version: 4), "byte 6: found version 4.0, expected 1.0, 2.0 or 3.0"),
    (
      npy(sixBytes, data: [1, 2, 3, 4, 5]),
      "byte 128: found 5 bytes of data, expected what the shape [2, 3] says"
    ),
    (npy(sixBytes, data: [1, 2, 3, 4, 5, 6, 7]), "found 7 bytes of data"),
    (
      npy("{'descr': '|u1', 'fortran_order': False, 'shape': (4294967296, 4294967296), }"),
      "found 0 bytes of data, expected what the shape [4294967296, 4294967296] says"
    ),
    (
      npy("{'descr': '|u1', 'fortran_order': False, 'shape': (-1,), }"),
      "found a header that is not a dictionary"
    ),
    (npy("{'descr': '|u1', 'shape': (1,), }", data: [0]), "found a header that is not a dictionary"),
    (npy("{'descr': [('a', '|u1')], 'fortran_order': False, 'shape': (1,), }"), "found a header that is not"),
    (npy("{'descr': '|u1', 'fortran_order': False, 'shape': (1,), 'more': 1}"), "found a header that is not"),
    (bytes("89504e470d0a1a0a0000000d"), "byte 0: found other bytes than a .npy file's magic"),
    (bytes("934e554d50590100ffff7b7d"), "byte 8: found a header length of 65535, but 2 bytes follow"),
    (bytes("934e554d50590200ffffffff"), "byte 8: found a header length of 4294967295, but 0 bytes follow"),
  ])
  func saysWhatIsWrong(file: [UInt8], problem: String) {
    let text = message { _ = try NPYArray(npy: file, name: "a.npy") }
    #expect(text?.contains(problem) == true, "\(text ?? "no error")")
    #expect(
      text?.hasSuffix("write it with numpy.save(path, numpy.ascontiguousarray(array, dtype=numpy.uint8))")
        == true
        || text?.hasSuffix("write the file again with numpy.save") == true)
  }

  @Test func refusesEveryBeginningOfAFile() throws {
    let file = npy(sixBytes, data: [1, 2, 3, 4, 5, 6])
    for length in file.indices {
      #expect(throws: ImageFileError.self) { try NPYArray(npy: Array(file[..<length]), name: "cut.npy") }
    }
  }

  @Test func damagedHeadersNeverCrash() {
    let file = npy(sixBytes, data: [1, 2, 3, 4, 5, 6])
    for place in 0..<128 {
      for value in [0, 0x27, 0x28, 0x2C, 0x39, 0xFF] as [UInt8] {
        var damaged = file
        damaged[place] = value
        if let array = try? NPYArray(npy: damaged, name: "damaged") {
          #expect(array.shape.reduce(1, *) == array.bytes.count)
        }
      }
    }
  }

  @Test func refusesAShapeThatDoesNotFit() {
    #expect(throws: ImageFileError.self) { try NPYArray(shape: [2, 2], bytes: [1, 2, 3]) }
    #expect(throws: ImageFileError.self) { try NPYArray(shape: [-1, -3], bytes: [1, 2, 3]) }
  }
}

@Suite struct NPYImagesTests {
  @Test func takesImagesOutAndPutsThemIn() throws {
    let array = try NPYArray(shape: [2, 1, 3, 4], bytes: (0..<24).map { UInt8($0) })
    let images = try array.images(name: "array")
    #expect(images.map(\.width) == [3, 3])
    #expect(images[1].pixels == (12..<24).map { UInt8($0) })
    #expect(try NPYArray(images, keepAlpha: true) == array)
    let colours = try NPYArray(images, keepAlpha: false)
    #expect(colours.shape == [2, 1, 3, 3])
    #expect(colours.bytes.prefix(6) == [0, 1, 2, 4, 5, 6])
  }

  @Test func givesThreeChannelsAnOpaqueAlpha() throws {
    let array = try NPYArray(shape: [1, 2, 1, 3], bytes: [1, 2, 3, 4, 5, 6])
    #expect(try array.images(name: "array")[0].pixels == [1, 2, 3, 255, 4, 5, 6, 255])
  }

  @Test(arguments: [[6], [1, 2, 3], [1, 1, 3, 2], [1, 0, 1, 3], [1, 1, 1, 1, 3]])
  func refusesOtherShapes(shape: [Int]) throws {
    let array = try NPYArray(shape: shape, bytes: [UInt8](repeating: 0, count: shape.reduce(1, *)))
    let text = message { _ = try array.images(name: "a.npy") }
    #expect(text?.hasPrefix("a.npy: found an array of shape \(shape), expected [N, H, W, 3]") == true)
  }

  @Test func refusesToStackDifferentSizes() {
    let images = [(2, 2), (2, 3)].map { size in
      RGBAImage(width: size.0, height: size.1, pixels: [UInt8](repeating: 0, count: size.0 * size.1 * 4))
    }
    #expect(
      message { _ = try NPYArray(images, keepAlpha: true) }?.contains("image 1 of 2 × 3 pixels") == true)
  }
}
