import CZlib

/// A gzip file's content, or the bytes themselves when they are not gzip.
///
/// The size is taken from the file's last four bytes and must be one that the packed bytes can hold, so a
/// hostile file cannot ask for more memory than a thousand times its own size, and never for more than a gibibyte.
func decompressed(_ bytes: [UInt8], name: String) throws -> [UInt8] {
  guard bytes.starts(with: [0x1F, 0x8B]) else { return bytes }
  func failure(_ offset: Int?, _ found: String, _ expected: String) -> DatasetError {
    .badFile(
      file: name, offset: offset, found: found, expected: expected,
      cure: "the file is damaged or was cut off, get it again")
  }
  guard bytes.count >= 18, let packed = UInt32(exactly: bytes.count) else {
    throw failure(nil, "\(bytes.count) bytes", "a gzip file of 18 bytes to 4 GiB")
  }
  let size = bytes.suffix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
  // No deflate stream packs better than 1032 to 1 (zlib's own technical notes).
  guard size <= 1032 * bytes.count, size <= 1 << 30 else {
    throw failure(
      bytes.count - 4, "a content size of \(size)", "one that \(bytes.count) packed bytes can hold")
  }
  var stream = z_stream()
  // 15 bits of window, plus 16 for the gzip wrapping.
  guard inflateInit2_(&stream, 31, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
    throw failure(nil, "no memory to unpack it", "memory for zlib")
  }
  defer { inflateEnd(&stream) }
  return try bytes.withUnsafeBufferPointer { source in
    try [UInt8](unsafeUninitializedCapacity: max(size, 1)) { target, count in
      // zlib promises not to write to its input; its C declaration only lacks the word.
      stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
      stream.avail_in = packed
      stream.next_out = target.baseAddress
      stream.avail_out = UInt32(size)
      let code = inflate(&stream, Z_FINISH)
      let position = source.count - Int(stream.avail_in)
      guard code == Z_STREAM_END else {
        let reason = stream.msg.map { String(cString: $0) } ?? "an end before the stream's own"
        throw failure(position, "\"\(reason)\" (zlib)", "a whole gzip stream of \(size) bytes")
      }
      guard stream.avail_in == 0 else {
        throw failure(position, "\(stream.avail_in) more bytes after the end", "one gzip stream and no more")
      }
      count = size - Int(stream.avail_out)
    }
  }
}
