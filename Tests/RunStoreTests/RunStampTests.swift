import Foundation
import RunStore
import TestSupport
import Testing

@Suite struct RunStampTests {
  private func open(_ path: String, resume: Bool = false) throws -> RunDirectory {
    try RunDirectory.open(path, configuration: Settings(), version: "1", resume: resume)
  }

  @Test func itChangesWithTheRunAndNotByReading() throws {
    let folder = try TemporaryFolder()
    let path = folder("run")
    let before = RunStamp(of: path)
    #expect(RunStamp(of: path) == before)
    let (begun, worked): (RunStamp, RunStamp) = try {
      let run = try open(path)
      let begun = RunStamp(of: path)
      #expect(begun != before)
      for _ in 0..<3 {
        _ = try RunDirectory.read(path).settings()
        #expect(RunStamp(of: path) == begun)
      }
      try run.finish()
      return (begun, RunStamp(of: path))
    }()
    #expect(worked != begun)
    // The process that worked on it has let it go.
    let left = RunStamp(of: path)
    #expect(left != worked)
    _ = try RunDirectory.read(path).settings()
    #expect(RunStamp(of: path) == left)
  }

  @Test func aTrainingOfAComparisonChangesIt() throws {
    let folder = try TemporaryFolder()
    let comparison = ComparisonFolder(folder("run"))
    let before = RunStamp(of: comparison.path)
    let first = try open(comparison.training(ofPolicy: 0, seed: 0))
    let begun = RunStamp(of: comparison.path)
    #expect(begun != before)
    try first.finish()
    let ended = RunStamp(of: comparison.path)
    #expect(ended != begun)
    let second = try open(comparison.training(ofPolicy: 1, seed: 0))
    #expect(RunStamp(of: comparison.path) != ended)
    withExtendedLifetime((first, second)) {}
  }
}
