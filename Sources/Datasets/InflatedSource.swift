import CZlib

/// What a deflate stream unpacks to, one block after another; zlib recognises zlib's and gzip's wrapping.
final class InflatedSource: ByteSource {
  private let source: any ByteSource
  private let name: String
  private var stream = z_stream()
  private let input: UnsafeMutableRawBufferPointer
  private var hasEnded = false

  /// Unpacks what the source holds; `name` is the file's, for messages.
  init(_ source: any ByteSource, name: String) throws {
    self.source = source
    self.name = name
    input = .allocate(byteCount: 1 << 16, alignment: 16)
    // 15 bits of window, plus 32 to recognise the wrapping.
    guard inflateInit2_(&stream, 47, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      throw DatasetError.badFile(
        file: name, offset: nil, found: "no memory to unpack it", expected: "memory for zlib",
        cure: "end other programs")
    }
  }

  deinit {
    inflateEnd(&stream)
    input.deallocate()
  }

  var fileOffset: Int { source.fileOffset - Int(stream.avail_in) }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    let room = buffer.bindMemory(to: UInt8.self)
    stream.next_out = room.baseAddress
    stream.avail_out = UInt32(clamping: room.count)
    let offered = stream.avail_out
    while !hasEnded, stream.avail_out == offered {
      if stream.avail_in == 0 {
        let count = try source.read(into: input)
        guard count > 0 else {
          throw failure("the end of the packed bytes", "the end of what they pack before it")
        }
        stream.next_in = input.bindMemory(to: UInt8.self).baseAddress
        stream.avail_in = UInt32(count)
      }
      let code = inflate(&stream, Z_NO_FLUSH)
      switch code {
      case Z_OK: continue
      case Z_STREAM_END: hasEnded = true
      default:
        let reason = stream.msg.map { String(cString: $0) } ?? "code \(code)"
        throw failure("\"\(reason)\" (zlib)", "a whole deflate stream")
      }
    }
    return Int(offered - stream.avail_out)
  }

  private func failure(_ found: String, _ expected: String) -> DatasetError {
    .badFile(
      file: name, offset: fileOffset, found: found, expected: expected,
      cure: "the file is damaged or was cut off, get it again")
  }
}
