import Augmentation
import Images
import Policies
import Text

// What C callers pass: pointers, counts and texts, as values that were checked.

/// Runs a call and writes the text of an error to the caller's memory, cut off where it has no room.
func reporting<Result>(
  to message: UnsafeMutablePointer<CChar>?, _ room: Int64, failure: Result, _ body: () throws -> Result
) -> Result {
  do {
    return try body()
  } catch {
    _ = copy(ErrorText(error).text(subject: snakeCase, within: snakeCase), to: message, room)
    return failure
  }
}

/// A setting's name as Python writes it.
private func snakeCase(_ name: String) -> String {
  name.reduce(into: "") { result, letter in
    result += letter.isUppercase ? "_" + letter.lowercased() : String(letter)
  }
}

/// Copies a text with a zero byte at its end, as much as there is room for; returns its whole length without that byte.
///
/// What is cut off ends between two characters.
func copy(_ text: String, to place: UnsafeMutablePointer<CChar>?, _ room: Int64) -> Int64 {
  let bytes = Array(text.utf8)
  guard let place, room > 0 else { return Int64(bytes.count) }
  var length = min(bytes.count, Int(room) - 1)
  if length < bytes.count {
    while length > 0, bytes[length] & 0xC0 == 0x80 { length -= 1 }
  }
  for index in 0..<length { place[index] = CChar(bitPattern: bytes[index]) }
  place[length] = 0
  return Int64(bytes.count)
}

/// The text that a caller passes.
func text(_ text: UnsafePointer<CChar>?, _ name: String) throws(PolicyError) -> String {
  guard let text else { throw PolicyError(place: name, found: "a null pointer", expected: "a text") }
  guard let found = String(validatingCString: text) else {
    throw PolicyError(place: name, found: "bytes that are no UTF-8", expected: "a text in UTF-8")
  }
  return found
}

/// The policy that a caller passes: a text that may be long if it is a schedule, and not otherwise, as errors repeat it.
func policyText(_ policy: UnsafePointer<CChar>?) throws(PolicyError) -> String {
  let policy = try text(policy, "policy")
  let longest = 4096
  guard policy.utf8.count <= longest || policy.first(where: { !$0.isWhitespace }) == "{" else {
    throw PolicyError(
      place: "policy", found: "a text of \(policy.utf8.count) bytes",
      expected: "a schedule as JSON, or a name or a path of at most \(longest) bytes")
  }
  return policy
}

/// The memory that a caller lends for reading.
func memory<Element>(
  _ pointer: UnsafePointer<Element>?, _ count: Int, _ name: String
) throws(PolicyError) -> UnsafeBufferPointer<Element> {
  try UnsafeBufferPointer(memory(UnsafeMutablePointer(mutating: pointer), count, name))
}

/// The memory that a caller lends for writing.
func memory<Element>(
  _ pointer: UnsafeMutablePointer<Element>?, _ count: Int, _ name: String
) throws(PolicyError) -> UnsafeMutableBufferPointer<Element> {
  guard count > 0 else { return UnsafeMutableBufferPointer(start: nil, count: 0) }
  guard let pointer else {
    throw PolicyError(place: name, found: "a null pointer", expected: "memory for \(count) numbers")
  }
  let alignment = MemoryLayout<Element>.alignment
  guard Int(bitPattern: pointer) % alignment == 0 else {
    throw PolicyError(
      place: name, found: "a misaligned address", expected: "a multiple of \(alignment)")
  }
  return UnsafeMutableBufferPointer(start: pointer, count: count)
}

/// The images that a caller lends for a call, without a copy.
func imageStack(
  _ pointer: UnsafePointer<UInt8>?, count: Int64, _ size: ImageSize
) throws(PolicyError) -> ImageStack {
  let count = try number(count, in: 0...Int.max, "count")
  let bytes = try memory(pointer, size.bytes(of: count), "images")
  return ImageStack(
    count: count, height: size.height, width: size.width,
    pixels: PixelBytes(LentBytes(bytes, giveBack: { _ in }), 0..<bytes.count))
}

/// The places of a batch's images among those that are lent; one after another where no places are passed.
func batchPlaces(
  _ pointer: UnsafePointer<Int64>?, _ count: Int, of stack: ImageStack
) throws(PolicyError) -> [Int] {
  guard pointer != nil else {
    guard count == stack.count else {
      throw PolicyError(
        place: "samples", found: counted(count, "sample"),
        expected: "one for each of \(counted(stack.count, "image"))")
    }
    return Array(0..<count)
  }
  let places = try memory(pointer, count, "places")
  var result: [Int] = []
  result.reserveCapacity(count)
  for (index, place) in places.enumerated() {
    guard place >= 0, place < stack.count else {
      throw PolicyError(
        place: "places[\(index)]", found: "\(place)",
        expected: stack.count == 0
          ? "no place: there are no images" : "one of the images 0 to \(stack.count - 1)")
    }
    result.append(Int(place))
  }
  return result
}

/// The order of an image's bytes, which C calls by its number.
func pixelLayout(_ layout: Int32) throws(PolicyError) -> PixelLayout {
  let layouts: [PixelLayout] = [.rgb, .planar, .rgbx]
  return layouts[try number(Int64(layout), in: 0...layouts.count - 1, "layout")]
}

/// How many threads share a call's work.
func threadCount(_ threads: Int64) throws(PolicyError) -> Int { try number(threads, in: 1...256, "threads") }

/// A number within bounds.
func number(_ value: Int64, in range: ClosedRange<Int>, _ name: String) throws(PolicyError) -> Int {
  guard let number = Int(exactly: value), range.contains(number) else {
    let words =
      range.upperBound == .max ? "\(range.lowerBound) or more" : "\(range.lowerBound) to \(range.upperBound)"
    throw PolicyError(place: name, found: "\(value)", expected: words)
  }
  return number
}
