import Foundation

/// A reader of files or requests from outside, as libFuzzer calls it: it may throw, and must not crash, hang, leak or fill
/// the memory.
struct Reader: Sendable {
  let name: String
  let read: @Sendable ([UInt8]) throws -> Void

  init(_ name: String, _ read: @escaping @Sendable ([UInt8]) throws -> Void) {
    self.name = name
    self.read = read
  }

  /// The reader that the environment names.
  ///
  /// Not an argument: libFuzzer starts itself again with its own arguments alone.
  static let chosen: Reader = {
    let name = ProcessInfo.processInfo.environment["FUZZ_READER"] ?? ""
    guard let reader = all.first(where: { $0.name == name }) else {
      let names = all.map(\.name).joined(separator: " ")
      fatalError("FUZZ_READER: found '\(name)', expected one of \(names)")
    }
    return reader
  }()

  static let all =
    imageReaders + arrayReaders + datasetReaders + policyReaders + runReaders + serverReaders + [selfTest]
}

/// libFuzzer's entry: one input.
@_cdecl("LLVMFuzzerTestOneInput")
public func readOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  // An error is a right answer; its words are asked for, as they are made from the file's bytes.
  do { try Reader.chosen.read(bytes) } catch { precondition(!"\(error)".isEmpty, "an error without words") }
  return 0
}
