import Augmentation
import Datasets
import Files
import Foundation
import Images
import Testing
import Torch
import Training

@Suite struct CheckpointTests {
  private let data = toyData()

  @Test(arguments: [
    ("wrn_10_1", Precision.fp32, 1), ("wrn_10_1", .bf16, 1), ("wrn_10_1", .fp32, 2), ("ss_2", .fp32, 1),
    ("ss_2", .bf16, 1), ("pyramid_net_11_6", .fp32, 1),
  ])
  func continuationIsBitEqual(model: String, precision: Precision, threads: Int) throws {
    let recipe = toyRecipe {
      $0.model = model
      $0.precision = precision
      $0.threads = threads
    }
    let straight = try Trainer(recipe: recipe, data: data, trial: 2)
    var states: [Data] = []
    for _ in 0..<recipe.epochs {
      _ = try straight.trainEpoch(strongProgram)
      states.append(try straight.checkpoint())
    }
    let result = try straight.evaluate(data.test)
    for done in 1..<recipe.epochs {
      let resumed = try Trainer(recipe: recipe, data: data, trial: 2)
      try resumed.restore(states[done - 1], name: "checkpoint")
      #expect(resumed.epoch == done)
      #expect(try resumed.checkpoint() == states[done - 1])
      for epoch in done..<recipe.epochs {
        _ = try resumed.trainEpoch(strongProgram)
        #expect(try resumed.checkpoint() == states[epoch], "epoch \(epoch + 1), resumed after \(done)")
      }
      #expect(try resumed.evaluate(data.test) == result)
    }
  }

  @Test func aTrainerThatWasElsewhereIsWhollyOverwritten() throws {
    let source = try Trainer(recipe: toyRecipe(), data: data)
    _ = try source.trainEpoch(.none)
    let state = try source.checkpoint()
    let other = try Trainer(recipe: toyRecipe(), data: data)
    for _ in 0..<3 { _ = try other.trainEpoch(strongProgram) }
    try other.restore(state, name: "checkpoint")
    _ = try source.trainEpoch(.none)
    _ = try other.trainEpoch(.none)
    #expect(try other.checkpoint() == source.checkpoint())
  }

  @Test func aCopiedNetworkDrawsFromItsNewTrialsRandomness() throws {
    let source = try Trainer(recipe: toyRecipe(), data: data, trial: 0)
    _ = try source.trainEpoch(.none)
    let copy = try Trainer(recipe: toyRecipe(), data: data, trial: 1)
    try copy.restore(source.checkpoint(), name: "checkpoint")
    #expect(try copy.evaluate(data.test) == source.evaluate(data.test))
    _ = try source.trainEpoch(.none)
    _ = try copy.trainEpoch(.none)
    #expect(try copy.evaluate(data.test) != source.evaluate(data.test))
  }

  @Test(arguments: [("wrn_10_1", false), ("ss_2", true), ("pyramid_net_11_6", true)])
  func aCopiedNetworksRandomLayersDrawFromItsNewTrialsRandomness(model: String, isRandom: Bool) throws {
    // All images are one and none is changed, so nothing but the layers' own numbers can differ.
    let recipe = toyRecipe {
      $0.model = model
      $0.cutout = 0
      $0.cropPadding = 0
      $0.flip = false
    }
    let image = patternedImages(1, seed: 6)
    let images = ImageStack(
      count: 32, height: 8, width: 8, pixels: (0..<32).flatMap { _ in image.images.pixels })
    let alike = DatasetSplits(
      name: "alike", classNames: data.classNames,
      train: LabeledImages(images: images, labels: Array(repeating: 1, count: 32)),
      validation: data.validation,
      test: data.test, statistics: data.statistics)
    let source = try Trainer(recipe: recipe, data: alike, trial: 0)
    _ = try source.trainEpoch(.none)
    let copies = try [0, 1, 1].map { trial in
      let copy = try Trainer(recipe: recipe, data: alike, trial: trial)
      try copy.restore(source.checkpoint(), name: "checkpoint")
      return copy
    }
    let losses = try ([source] + copies).map { try $0.trainEpoch(.none).loss }
    #expect(losses[1] == losses[0])
    #expect(losses[2] == losses[3])
    #expect((losses[2] != losses[0]) == isRandom)
  }

  @Test func saysWhatItHolds() throws {
    let trainer = try Trainer(recipe: toyRecipe(), data: data, trial: 3)
    _ = try trainer.trainEpoch(.none)
    let file = try trainer.checkpoint()
    let info = try Trainer.checkpointInfo(file, name: "checkpoint")
    #expect(info.recipe == toyRecipe())
    #expect(info.dataset == "toy" && info.classNames == data.classNames && info.statistics == data.statistics)
    #expect(info.imageSize == [8, 8] && info.epoch == 1 && info.trial == 3)
    let tensors = try Safetensors(file, name: "checkpoint")
    #expect(tensors["group1.block0.conv1.weight"]?.shape == [16, 16, 3, 3])
    #expect(tensors["optimizer.momentum"]?.shape == [trainer.parameterCount])
  }

  @Test func isEvaluatedWithoutTheRunThatMadeIt() throws {
    let trainer = try Trainer(recipe: toyRecipe(), data: data)
    _ = try trainer.trainEpoch(.none)
    let file = try trainer.checkpoint()
    // Neither the statistics nor the number of training images of the data at hand matter.
    let elsewhere = DatasetSplits(
      name: "toy", classNames: data.classNames, train: patternedImages(3, seed: 8),
      validation: data.validation,
      test: data.test, statistics: ChannelStatistics(mean: [0, 0, 0], standardDeviation: [1, 1, 1]))
    let evaluation = try Trainer.evaluating(file, name: "c", on: elsewhere, threads: 1, device: .cpu) {
      $0.test
    }
    #expect(try evaluation.overall == trainer.evaluate(data.test))
    let large = DatasetSplits(
      name: "toy", classNames: data.classNames, train: data.train, validation: data.validation,
      test: patternedImages(6, side: 12, seed: 3), statistics: data.statistics)
    let error = #expect(throws: TrainingError.self) {
      try Trainer.evaluating(file, name: "c", on: large, threads: 1, device: .cpu) { $0.test }
    }
    #expect(error?.description.contains("[12, 12]") == true)
  }

  // MARK: - What is refused

  @Test func anotherNetworksIsRefused() throws {
    let file = try Trainer(recipe: toyRecipe(), data: data).checkpoint()
    let wider = try Trainer(recipe: toyRecipe { $0.model = "wrn_10_2" }, data: data)
    let ofFour = try Trainer(recipe: toyRecipe(), data: toyData(classes: 4))
    for trainer in [wider, ofFour] {
      let before = try trainer.checkpoint()
      let error = #expect(throws: TrainingError.self) { try trainer.restore(file, name: "other.safetensors") }
      #expect(error?.description.contains("other.safetensors") == true)
      #expect(error?.description.contains("wrn_10_1 for 3 classes") == true)
      #expect(try trainer.checkpoint() == before)
    }
  }

  @Test(arguments: [
    ("not a checkpoint of pba", ["format": "other"]), ("version 3", ["version": "3"]),
    ("lacks the description", ["info": "{}"]),
  ])
  func anotherKindOfFileIsRefused(reason: String, change: [String: String]) throws {
    let trainer = try Trainer(recipe: toyRecipe(), data: data)
    var file = try Safetensors(trainer.checkpoint(), name: "checkpoint")
    file.metadata.merge(change) { _, new in new }
    let error = #expect(throws: TrainingError.self) {
      try trainer.restore(sealed(file), name: "odd.safetensors")
    }
    #expect(error?.description.contains("odd.safetensors") == true)
    #expect(error?.description.contains(reason) == true)
  }

  @Test(arguments: [
    ("\"epoch\":0", "\"epoch\":-1", "epoch"), ("\"batchSize\":16", "\"batchSize\":0", "batchSize"),
    ("\"model\":\"wrn_10_1\"", "\"model\":\"wrn_11_1\"", "wrn_11_1"),
  ])
  func aDescriptionWithoutMeaningIsRefused(found: String, replacement: String, reason: String) throws {
    let trainer = try Trainer(recipe: toyRecipe(), data: data)
    var file = try Safetensors(trainer.checkpoint(), name: "checkpoint")
    let info = try #require(file.metadata["info"])
    file.metadata["info"] = info.replacingOccurrences(of: found, with: replacement)
    #expect(file.metadata["info"] != info)
    let error = #expect(throws: TrainingError.self) {
      try trainer.restore(sealed(file), name: "odd.safetensors")
    }
    #expect(error?.description.contains("odd.safetensors") == true)
    #expect(error?.description.contains(reason) == true)
  }

  /// The file with the digest of what it says now.
  private func sealed(_ file: Safetensors) throws -> Data {
    var file = file
    file.metadata["sha256"] = nil
    return try file.encoded { header, body in
      ["sha256": FileDigest(of: Data(header) + Data(FileDigest(of: body).sha256.utf8)).sha256]
    }
  }

  @Test func whateverIsAlteredIsNoticed() throws {
    let trainer = try Trainer(recipe: toyRecipe(), data: data)
    let file = try Safetensors(trainer.checkpoint(), name: "checkpoint")
    var renamed = file
    renamed.tensors.swapAt(0, 1)
    let (first, second) = (renamed.tensors[0], renamed.tensors[1])
    renamed.tensors[0] = NamedTensor(name: second.name, tensor: first.tensor)
    renamed.tensors[1] = NamedTensor(name: first.name, tensor: second.tensor)
    var other = file
    other.metadata["info"] = other.metadata["info"]?.replacingOccurrences(
      of: "\"epoch\":0", with: "\"epoch\":1")
    #expect(other.metadata != file.metadata)
    for altered in [renamed, other] {
      let error = #expect(throws: TrainingError.self) {
        try trainer.restore(altered.encoded(), name: "altered.safetensors")
      }
      #expect(error?.description.contains("altered.safetensors: the file is not as it was written") == true)
    }
    try trainer.restore(file.encoded(), name: "whole.safetensors")
  }

  @Test(arguments: ["linear.bias", "bn.running_mean", "optimizer.momentum"])
  func aMissingTensorIsNamed(name: String) throws {
    let trainer = try Trainer(recipe: toyRecipe(), data: data)
    var file = try Safetensors(trainer.checkpoint(), name: "checkpoint")
    let count = file.tensors.count
    file.tensors.removeAll { $0.name == name }
    #expect(file.tensors.count == count - 1)
    let error = #expect(throws: TrainingError.self) {
      try trainer.restore(sealed(file), name: "part.safetensors")
    }
    #expect(error?.description.contains("part.safetensors has no tensor '\(name)'") == true)
  }

  @Test func aTruncatedFileIsRefused() throws {
    let trainer = try Trainer(recipe: toyRecipe(), data: data)
    let file = try trainer.checkpoint()
    let lengths = [0, 1, 7, 8, 9, 100, 4000, file.count / 2, file.count - 1]
    for length in lengths {
      let error = #expect(throws: TrainingError.self, "\(length) bytes") {
        try trainer.restore(file.prefix(length), name: "cut.safetensors")
      }
      #expect(error?.description.contains("cut.safetensors") == true)
    }
  }

  @Test func aChangedBitIsRefusedOrHarmless() throws {
    let trainer = try Trainer(recipe: toyRecipe(), data: data)
    let file = try trainer.checkpoint()
    let headerLength = 8 + file.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    var random = RandomStream(seed: 11, domain: .preview)
    var refused = 0
    // Half of the changes hit the header; most of the rest the tensors.
    for round in 0..<160 {
      let bit = random.uniform(below: 8 * (round.isMultiple(of: 2) ? headerLength : file.count))
      do {
        try trainer.restore(file.flippingBit(bit), name: "changed.safetensors")
        #expect(bit / 8 < headerLength, "bit \(bit) is one of the weights'")
      } catch let error as TrainingError {
        #expect(error.description.contains("changed.safetensors"), "bit \(bit)")
        refused += 1
      }
    }
    #expect(refused > 40)
    // What was let in did no harm that a whole checkpoint does not repair.
    try trainer.restore(file, name: "whole.safetensors")
    #expect(try trainer.checkpoint() == file)
    #expect(throws: Never.self) { try trainer.trainEpoch(.none) }
  }
}
