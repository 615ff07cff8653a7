import Datasets
import Foundation
import RunStore
import Search
import TestSupport
import Threads
import Training
import Workers

/// Opens the run directory at `path` and searches to the end.
@discardableResult
func search(
  _ path: String, _ configuration: some SearchSettings, executor: (any SegmentExecutor)? = nil,
  resume: Bool = false, stop: StopFlag = StopFlag(),
  onEvent: @escaping @Sendable (SearchEvent) -> Void = { _ in }
) throws -> SearchResult {
  let run = try RunDirectory.open(path, configuration: configuration, version: "test", resume: resume)
  return try Search(
    run: run, configuration: configuration,
    executor: executor ?? SimulatedExecutor(seed: configuration.rules.seed), stop: stop, onEvent: onEvent)()
}

/// The segments in the journal of a run, by the arrival of their results.
func segmentsByArrival(_ path: String) throws -> [SegmentRecord] {
  try SearchJournal(RunDirectory.read(path)).segmentsByArrival()
}

/// Settings of a small search whose last generation is shorter than the others.
func smallSearch(concurrency: Int = 1) -> SearchConfiguration {
  SearchConfiguration(
    data: DataSelection("bundled"), recipe: Recipe(model: "wrn_10_1", epochs: 7, seed: 3), population: 5,
    interval: 2, concurrency: .trials(concurrency))
}

/// The same search, asynchronous.
func smallAsynchronousSearch(concurrency: Int = 1) -> SearchConfiguration {
  var configuration = smallSearch(concurrency: concurrency)
  configuration.asynchronous = true
  configuration.startOrder = .arrival
  return configuration
}

/// What a finished search leaves for others, by name: it must not depend on how the search came to its end.
func results(in path: String) throws -> [String: Data] {
  var files: [String: Data] = [:]
  let checkpoints = try FileManager.default.contentsOfDirectory(atPath: path + "/checkpoints")
  for name in ["schedule.json", "metrics.jsonl"] + checkpoints.map({ "checkpoints/" + $0 }) {
    files[name] = FileManager.default.contents(atPath: path + "/" + name)
  }
  return files
}

/// Copies what a killed process would leave at this moment: the journal first, since files only follow from it.
func snapshot(_ path: String, to copy: String) throws {
  let files = FileManager.default
  try files.createDirectory(atPath: copy + "/checkpoints", withIntermediateDirectories: true)
  let copyIfThere: (String) throws -> Void = { name in
    // A worker may rename its file meanwhile; then a crash would have found it under neither name.
    guard let data = files.contents(atPath: path + "/" + name) else { return }
    try data.write(to: URL(fileURLWithPath: copy + "/" + name))
  }
  try ["run.sqlite", "run.sqlite-wal", "config.yaml", "schedule.json", "metrics.jsonl"].forEach(copyIfThere)
  try files.contentsOfDirectory(atPath: path + "/checkpoints").map { "checkpoints/" + $0 }.forEach(
    copyIfThere)
}
