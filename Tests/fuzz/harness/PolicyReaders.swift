import Foundation
import Policies
import Spaces

@testable import Interop

/// The readers of schedules and search spaces, and of what other programs' searches leave.
let policyReaders = [
  Reader("schedule") { bytes in
    let schedule = try Schedule(jsonText: bytes)
    let again = try Schedule(jsonText: schedule.jsonData())
    precondition(again.jsonData() == schedule.jsonData(), "a schedule that changes when it is read again")
  },
  Reader("space") { bytes in
    let space = try SearchSpace(contentsOf: InputFile.holding(bytes))
    for text in [space.yaml, space.description] {
      let again = try? SearchSpace(yaml: text, from: "again")
      precondition(again == space, "a space that changes when it is written and read again")
    }
    precondition(space.start.entries.count == space.scaledEntries.count, "a policy without its entries")
  },
  Reader("original-log") { bytes in
    let log = try OriginalLog(LogLines(bytes))
    _ = log.log(ofTrial: 1)
    _ = try log.schedule(epochs: 200, name: "input")
  },
  Reader("ray-results") { bytes in
    // A byte 0 stands between the files.
    let parts = bytes.split(separator: 0, maxSplits: 2, omittingEmptySubsequences: false)
    RayFolder.shared.fill(parts)
    _ = try ScheduleImport(from: RayFolder.shared.path)
  },
]

/// A folder such as a search on Ray Tune leaves, of one trial.
private final class RayFolder: Sendable {
  static let shared = RayFolder()
  let path: String
  private let files: [String]

  private init() {
    path = NSTemporaryDirectory() + "/ray-results"
    let trial = path + "/RayModel_0_lr=0.1"
    files = [trial + "/result.json", path + "/pbt_policy_0.txt", trial + "/params.json"]
    do {
      try FileManager.default.createDirectory(atPath: trial, withIntermediateDirectories: true)
    } catch {
      fatalError("the folder of results cannot be made: \(error)")
    }
  }

  /// Writes the files for which there are parts.
  func fill(_ parts: [ArraySlice<UInt8>]) {
    for (place, file) in files.enumerated() {
      if place < parts.count {
        guard FileManager.default.createFile(atPath: file, contents: Data(parts[place])) else {
          fatalError("\(file) cannot be written")
        }
      } else {
        unlink(file)
      }
    }
  }
}
