import Foundation

/// The bytes that a text of hexadecimal digits stands for.
func bytes(_ hexadecimal: String) -> [UInt8] {
  let digits = hexadecimal.compactMap(\.hexDigitValue)
  return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] * 16 + digits[$0 + 1]) }
}

/// Calls the body with the path of an empty folder, which is removed afterwards.
func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder.path)
}

/// The one-line message of the error that the body throws; nil when it throws none.
func message(_ body: () throws -> Void) -> String? {
  do {
    try body()
    return nil
  } catch {
    return "\(error)"
  }
}

/// The bytes of a file that Fixtures/make_fixtures.py wrote.
func fixture(_ name: String) throws -> [UInt8] {
  guard let folder = Bundle.module.resourcePath else { throw CocoaError(.fileNoSuchFile) }
  return [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder + "/Fixtures/" + name)))
}
