import Foundation

/// The bytes that a text of hexadecimal digits stands for.
func bytes(_ hexadecimal: String) -> [UInt8] {
  let digits = hexadecimal.compactMap(\.hexDigitValue)
  return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] * 16 + digits[$0 + 1]) }
}

/// The bytes of a file that Fixtures/make_fixtures.py wrote.
func fixture(_ name: String) throws -> [UInt8] {
  guard let folder = Bundle.module.resourcePath else { throw CocoaError(.fileNoSuchFile) }
  return [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder + "/Fixtures/" + name)))
}
