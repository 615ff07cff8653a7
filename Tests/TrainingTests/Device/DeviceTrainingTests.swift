import Augmentation
import Foundation
import Testing
import Torch
import Training

/// What a trainer asks of a device, and that the numbers are the same whichever way they are asked for.
@Suite struct DeviceTrainingTests {
  /// 14 steps an epoch: more than are done plainly, and more than there are batches ahead.
  private static let data = toyData(train: 14 * 16)

  private func trainer(_ queue: any DeviceQueue, trial: Int = 0, _ change: (inout Recipe) -> Void = { _ in })
    throws -> Trainer
  {
    try Trainer(recipe: toyRecipe(change), data: Self.data, trial: trial, queue: queue)
  }

  @Test(arguments: [Precision.fp32, .bf16]) func recordedStepsGiveTheBitsOfPlainOnes(precision: Precision)
    throws
  {
    let trainers = try [true, false].map { canRecord in
      try trainer(LateQueue(canRecord: canRecord)) { $0.precision = precision }
    }
    for _ in 0..<2 {
      let metrics = try trainers.map { try $0.trainEpoch(strongProgram) }
      #expect(metrics[0] == metrics[1])
    }
    #expect(try trainers[0].checkpoint() == trainers[1].checkpoint())
    let evaluations = try trainers.map { try $0.evaluate(Self.data.validation) }
    #expect(evaluations[0] == evaluations[1])
  }

  @Test func trainsAsTheProcessorDoes() throws {
    // The optimiser's own kernels of the CPU take the norm and the rate in another order and precision, so the last bits
    // differ; one step shows that no more does.
    let late = try trainer(LateQueue()) { $0.batchSize = 224 }
    let here = try Trainer(recipe: toyRecipe { $0.batchSize = 224 }, data: Self.data)
    let metrics = try [late, here].map { try $0.trainEpoch(strongProgram) }
    #expect(metrics[0] == metrics[1])
    let values = try [late, here].map { trainer in
      try Safetensors(trainer.checkpoint(), name: "checkpoint").tensors.flatMap {
        try $0.tensor.elements(Float.self)
      }
    }
    let differences = zip(values[0], values[1]).map { abs($0 - $1) / max(1, abs($1)) }
    #expect(try #require(differences.max()) < 1e-5)
    // And over several epochs it learns as well.
    let learner = try trainer(LateQueue())
    for _ in 0..<4 { _ = try learner.trainEpoch(.none) }
    #expect(try learner.evaluate(Self.data.test).accuracy > 0.85)
  }

  @Test func nothingWaitsWithinAnEpochButForAPlaceToWriteTo() throws {
    let queue = LateQueue()
    let trainer = try trainer(queue)
    for epoch in 0..<3 {
      queue.forgetEvents()
      var steps = 0
      _ = try trainer.trainEpoch(strongProgram) { _ in
        steps += 1
        #expect(queue.count(.synchronize) == 0)
      }
      #expect(steps == 14)
      #expect(queue.count(.synchronize) == 1)
      #expect(queue.events.last == .synchronize)
      // The first epoch finds four places free.
      #expect(queue.count(.wait) == (epoch == 0 ? steps - 4 : steps))
      #expect(queue.count(.copy) == 2 * steps)
      // Three steps are done plainly, the fourth is recorded, and all from there on are the recording.
      #expect(queue.count(.record) == (epoch == 0 ? 1 : 0))
      #expect(queue.count(.replay) == (epoch == 0 ? steps - 3 : steps))
    }
    let firstReplay = try #require(queue.events.firstIndex(of: .replay))
    #expect(!queue.events[..<firstReplay].contains(.record))
    #expect(queue.strays == 0)
  }

  @Test func threePlainStepsComeBeforeTheRecording() throws {
    let queue = LateQueue()
    // Four steps an epoch are five pieces of plain work: correct is set to 0, and each step has a rate, itself and a loss.
    let trainer = try Trainer(recipe: toyRecipe(), data: toyData(train: 64), queue: queue)
    _ = try trainer.trainEpoch(.none)
    let before = try queue.events[..<#require(queue.events.firstIndex(of: .record))]
    #expect(before.count { $0 == .work } == 1 + 3 * 3 + 1)
    #expect(queue.count(.record) == 1)
    #expect(queue.count(.replay) == 1)
  }

  /// Shows that the other tests see a batch that is written over too early.
  @Test func aMarkThatDoesNotHoldChangesTheNumbers() throws {
    let checkpoints = try [true, false].map { marksHold in
      let trainer = try trainer(LateQueue(marksHold: marksHold))
      _ = try trainer.trainEpoch(.none)
      return try trainer.checkpoint()
    }
    #expect(checkpoints[0] != checkpoints[1])
  }

  @Test func stepsThatDrawNumbersAreNotRecorded() throws {
    let queues = [LateQueue(canRecord: true), LateQueue(canRecord: false)]
    let checkpoints = try queues.map { queue in
      let trainer = try trainer(queue) { $0.model = "ss_2" }
      _ = try trainer.trainEpoch(.none)
      return try trainer.checkpoint()
    }
    #expect(queues[0].count(.record) == 0)
    #expect(checkpoints[0] == checkpoints[1])
  }

  @Test func aLossThatDivergesNamesItsStep() throws {
    let error = #expect(throws: TrainingError.self) {
      try trainer(LateQueue()) { $0.learningRate = 1e38 }.trainEpoch(.none)
    }
    guard case .notFinite(epoch: 1, step: 2, _)? = error else {
      Issue.record(
        "found \(String(describing: error)), expected a loss that is not finite in epoch 1, step 2")
      return
    }
  }

  // MARK: - From trainer to trainer

  @Test func aCopyOnTheDeviceIsACopyThroughTheFile() throws {
    let strong = try trainer(LateQueue(), trial: 3)
    _ = try strong.trainEpoch(strongProgram)
    let queue = LateQueue()
    let copy = try trainer(queue, trial: 5)
    // It has trained before, and its steps are recorded.
    _ = try copy.trainEpoch(.none)
    let state = try strong.state()
    // What the source does afterwards is its own affair.
    _ = try strong.trainEpoch(strongProgram)
    queue.forgetEvents()
    try copy.restore(state)
    #expect(queue.events == [.synchronize])
    #expect(copy.epoch == 1)

    let throughFile = try trainer(LateQueue(), trial: 5)
    let source = try trainer(LateQueue(), trial: 3)
    _ = try source.trainEpoch(strongProgram)
    try throughFile.restore(source.checkpoint(), name: "a checkpoint")
    #expect(try copy.checkpoint() == throughFile.checkpoint())
    let metrics = try [copy, throughFile].map { try $0.trainEpoch(strongProgram) }
    #expect(metrics[0] == metrics[1])
    #expect(try copy.checkpoint() == throughFile.checkpoint())
    #expect(queue.count(.record) == 0)
  }

  @Test func aTrainerThatStartsAnewIsAFreshOne() throws {
    let queue = LateQueue()
    let used = try trainer(queue, trial: 1)
    _ = try used.trainEpoch(strongProgram)
    queue.forgetEvents()
    try used.restart(trial: 2)
    let fresh = try trainer(LateQueue(), trial: 2)
    #expect(try used.checkpoint() == fresh.checkpoint())
    for _ in 0..<2 {
      let metrics = try [used, fresh].map { try $0.trainEpoch(strongProgram) }
      #expect(metrics[0] == metrics[1])
    }
    #expect(try used.checkpoint() == fresh.checkpoint())
    #expect(queue.count(.record) == 0)
  }

  // MARK: - Images on the device

  @Test func imagesOnTheDeviceAreTheHostsToTheBit() throws {
    let trainer = try trainer(LateQueue())
    _ = try trainer.trainEpoch(.none)
    let split = Self.data.validation
    let resident = try ResidentImages(split, tail: trainer.evaluationTail, on: .cpu)
    // Both ways take all 30 images at once, so that any other bit would show in the loss.
    #expect(try trainer.evaluate(resident) == trainer.evaluate(split))
    #expect(ResidentImages.byteCount(split) == 30 * (8 * 8 * 3 + 8))
  }

  @Test func imagesOnTheDeviceAreTakenInBatches() throws {
    let trainer = try trainer(LateQueue())
    // 64 times 64 pixels: 250 images a batch.
    let split = patternedImages(260, side: 64, seed: 8)
    let resident = try ResidentImages(split, tail: trainer.evaluationTail, on: .cpu)
    var batches: [Int] = []
    let evaluation = try trainer.evaluate(resident) { batches.append($0) }
    #expect(batches == [250, 10])
    #expect(try evaluation == trainer.evaluate(split))
  }

  // MARK: - The switch

  @Test func theEnvironmentChoosesThePath() throws {
    #expect(try DevicePath.chosen([:], obstacle: nil) == .graph)
    #expect(try DevicePath.chosen([:], obstacle: "no library") == .plain)
    #expect(try DevicePath.chosen(["PBA_DEVICE_PATH": "plain"], obstacle: nil) == .plain)
    #expect(try DevicePath.chosen(["PBA_DEVICE_PATH": "graph"], obstacle: nil) == .graph)
    let missing = #expect(throws: TrainingError.self) {
      try DevicePath.chosen(["PBA_DEVICE_PATH": "graph"], obstacle: "no library")
    }
    #expect(missing?.description == "PBA_DEVICE_PATH: found 'graph', but no library")
    let wrong = #expect(throws: TrainingError.self) { try DevicePath.chosen(["PBA_DEVICE_PATH": "fast"]) }
    #expect(wrong?.description == "PBA_DEVICE_PATH: found 'fast', expected plain or graph")
  }

  // MARK: - A real device

  @Test(.enabled(if: Runtime.cudaDeviceCount() > 0, "not run: no CUDA device"))
  func recordedStepsGiveTheBitsOfPlainOnesOnCUDA() throws {
    #expect(Recording.obstacle == nil)
    let trainers = try DevicePath.allCases.map { path in
      try trainer(CUDAQueue(on: .cuda(0), path: path)) { $0.model = "wrn_16_2" }
    }
    for _ in 0..<2 {
      let metrics = try trainers.map { try $0.trainEpoch(strongProgram) }
      #expect(metrics[0] == metrics[1])
    }
    #expect(try trainers[0].checkpoint() == trainers[1].checkpoint())
    let evaluations = try trainers.map { try $0.evaluate(Self.data.validation) }
    #expect(evaluations[0] == evaluations[1])
  }
}
