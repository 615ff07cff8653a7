import Files
import Foundation
import RunStore
import TestSupport
import Testing
import Torch
import Training

@Suite struct WarmStartTests {
  /// A checkpoint of a network that was trained for an epoch.
  private func checkpoint(classes: Int = 3, model: String = "wrn_10_1") throws -> Data {
    let trainer = try Trainer(
      recipe: toyRecipe {
        $0.model = model
        $0.seed = 77
      }, data: toyData(classes: classes))
    _ = try trainer.trainEpoch(strongProgram)
    return try trainer.checkpoint()
  }

  private func tensors(_ file: Data) throws -> [String: [UInt8]] {
    let contents = try Safetensors(file, name: "file")
    return try Dictionary(uniqueKeysWithValues: contents.tensors.map { ($0.name, try $0.tensor.bytes()) })
  }

  @Test func weightsAreTakenOverAndTheOptimiserIsFresh() throws {
    let file = try checkpoint()
    let trainer = try Trainer(recipe: toyRecipe(), data: toyData())
    let start = try trainer.warmStart(from: file, name: "file")
    #expect(start.source.epoch == 1 && !start.hasFreshLastLayer && trainer.epoch == 0)
    let (own, its) = (try tensors(trainer.checkpoint()), try tensors(file))
    for (name, bytes) in own where name != "optimizer.momentum" { #expect(bytes == its[name], "\(name)") }
    #expect(own["optimizer.momentum"]?.allSatisfy { $0 == 0 } == true)
    #expect(its["optimizer.momentum"]?.contains { $0 != 0 } == true)
  }

  @Test func ofOtherClassesTheLastLayerIsFresh() throws {
    let file = try checkpoint(classes: 5)
    let trainer = try Trainer(recipe: toyRecipe(), data: toyData())
    let fresh = try tensors(trainer.checkpoint())
    #expect(try trainer.warmStart(from: file, name: "file").hasFreshLastLayer)
    let (own, its) = (try tensors(trainer.checkpoint()), try tensors(file))
    for (name, bytes) in own where name != "optimizer.momentum" {
      #expect(bytes == (name.hasPrefix("linear.") ? fresh[name] : its[name]), "\(name)")
    }
  }

  @Test func anotherNetworkIsRefusedWithTheTensorAndNothingIsChanged() throws {
    let trainer = try Trainer(recipe: toyRecipe(), data: toyData())
    let before = try trainer.checkpoint()
    let wider = #expect(throws: TrainingError.self) {
      try trainer.warmStart(from: checkpoint(model: "wrn_10_2"), name: "wide.safetensors")
    }
    #expect(wider?.description.hasPrefix("wide.safetensors: the tensor '") == true)
    #expect(wider?.description.contains("found the shape [32, 16, 3, 3], expected [16, 16, 3, 3]") == true)
    let deeper = #expect(throws: TrainingError.self) {
      try trainer.warmStart(from: checkpoint(model: "wrn_16_1"), name: "deep.safetensors")
    }
    #expect(deeper?.description.contains("expected no tensor of that name") == true)
    #expect(try trainer.checkpoint() == before)
  }

  // MARK: - As a run

  private func folderWith(_ file: Data) throws -> (folder: TemporaryFolder, path: String) {
    let folder = try TemporaryFolder()
    let path = folder("start.safetensors")
    try file.write(to: URL(fileURLWithPath: path))
    return (folder, path)
  }

  private func toy(_ path: String, _ file: Data) -> ToyTraining {
    ToyTraining {
      $0.from = path
      $0.fromDigest = FileDigest(of: file).sha256
    }
  }

  @Test func onceACheckpointIsThereTheFileIsNotNeeded() throws {
    let file = try checkpoint()
    let (place, path) = try folderWith(file)
    let toy = toy(path, file)
    let (folder, other) = try (TemporaryFolder(), TemporaryFolder())
    var started = 0
    try toy.train(folder) { event, _ in if case .begunFrom = event { started += 1 } }
    #expect(started == 1)
    let expected = try toy.outcome(folder)
    try toy.interrupt(other, after: 7)
    try FileManager.default.removeItem(atPath: path)
    #expect(try toy.outcome(other) == expected)
    _ = place
  }

  @Test func whereItIsNeededAndGoneOrChangedThatIsSaid() throws {
    let file = try checkpoint()
    let (place, path) = try folderWith(file)
    let toy = toy(path, file)
    let folder = try TemporaryFolder()
    // Before its first checkpoint.
    try toy.interrupt(folder, after: 3)
    try file.flippingBit(file.count * 4).write(to: URL(fileURLWithPath: path))
    let changed = #expect(throws: TrainingError.self) { try toy.train(folder) }
    #expect(
      changed?.description.contains("found another file than the one this training was begun with") == true)
    try FileManager.default.removeItem(atPath: path)
    let gone = #expect(throws: TrainingError.self) { try toy.train(folder) }
    #expect(gone?.description.contains(path) == true && gone?.description.contains("`from`") == true)
    try file.write(to: URL(fileURLWithPath: path))
    #expect(try toy.train(folder).epochs == 4)
    // With all checkpoints lost after its end nothing recorded is forgotten without the file.
    try FileManager.default.removeItem(atPath: place.path)
  }

  @Test func epochsAreNotForgottenWhereTheFileIsGone() throws {
    let file = try checkpoint()
    let (_, path) = try folderWith(file)
    let toy = toy(path, file)
    let folder = try TemporaryFolder()
    try file.write(to: URL(fileURLWithPath: folder("start")))
    var kept = toy
    kept.configuration.from = folder("start")
    try kept.interrupt(folder, after: 12)
    for epochs in 1...2 { try damageCheckpoint(epochs, in: folder) }
    try FileManager.default.removeItem(atPath: folder("start"))
    #expect(throws: TrainingError.self) { try kept.train(folder) }
    #expect(try TrainingJournal(RunDirectory.read(folder.run)).epochs().count == 2)
  }
}
