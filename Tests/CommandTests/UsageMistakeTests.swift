import Command
import Datasets
import Files
import Foundation
import Models
import Policies
import Recipes
import RunStore
import Testing
import Training

/// What a call throws; nil where it throws nothing.
private func error(of body: () throws -> Void) -> (any Error)? {
  do {
    try body()
    return nil
  } catch {
    return error
  }
}

@Suite("Exit codes")
struct UsageMistakeTests {
  @Test("64 is for requests that are wrong in themselves")
  func mistakes() {
    let errors: [(any Error)?] = [
      SettingsError("epochs: found 0"), SettingError("seeds", found: "0", expected: "more"),
      TrainingError.setting("epochs: found 0"), TrainingError.batchTooLarge(batchSize: 5000, images: 4),
      DatasetError.unknown(name: "cifar", known: ["cifar10"], nearest: "cifar10"),
      DatasetError.badParameter(dataset: "noise", found: "x", expected: "a shape"),
      DatasetError.impossibleSplit(dataset: "cifar10", found: "60000", expected: "fewer"),
      RecipeError.unknown("table", found: "x", known: [], commands: []),
      RecipeError.nameMissing(table: "search", commands: []),
      PolicyError(found: "autoaugmen", expected: "autoaugment"),
      error { _ = try ModelSpec.named("wrn_1_1") }, error { _ = try DatasetSpec.named("cifar") },
      error { _ = try PolicyChoice("autoaugmen", dataset: "cifar10", seed: 0) },
    ]
    for error in errors { #expect(error?.isUsageMistake == true, "\(String(describing: error))") }
  }

  @Test("1 is for what was found on the disk, and for what came of a right request")
  func failures() {
    let errors: [(any Error)?] = [
      SettingsError("run: found no checkpoint", isUsageMistake: false),
      PolicyError(file: "s.json", found: "nothing", expected: "a schedule"),
      TrainingError.checkpoint("a.safetensors: not a checkpoint"),
      TrainingError.file("w.yaml: found nothing"),
      TrainingError.notFinite(epoch: 1, step: 1, loss: .nan), TrainingError.notFiniteEvaluation(loss: .nan),
      DatasetError.missing(dataset: "cifar10", searched: [], cure: "fetch it"),
      RecipeError.badFile("base.yaml", found: "x", expected: "y"),
      RunStoreError.noRun(path: "run"), CocoaError(.fileNoSuchFile),
      error { _ = try readBytes("/none/such", limit: 1) },
      error { _ = try PolicyChoice("/none/such.json", dataset: "cifar10", seed: 0) },
    ]
    for error in errors { #expect(error?.isUsageMistake == false, "\(String(describing: error))") }
  }
}
