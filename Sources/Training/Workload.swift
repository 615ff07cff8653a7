import Datasets
import RunStore

/// What a run has to do, as its settings and the numbers of images decide before anything is trained.
public struct Workload: Hashable, Sendable {
  /// A checkpoint that the run writes: whose, and after how many epochs.
  package struct Checkpoint: Hashable, Sendable {
    package var seed: UInt64
    package var trial: Int
    package var epochs: Int

    /// Makes a checkpoint from its parts.
    package init(seed: UInt64, trial: Int, epochs: Int) {
      self.seed = seed
      self.trial = trial
      self.epochs = epochs
    }
  }

  /// How many networks are trained, and how many of them at once.
  public var trainings: Int
  /// How many networks train at once.
  public var concurrency: Int
  /// Steps of all trainings together.
  public var steps: Int
  /// Images that go through networks in those steps; one counts as often as it is used.
  public var trainedImages: Int
  /// Images that go through networks in evaluations, of all trainings together.
  public var evaluatedImages: Int
  /// How many checkpoints all trainings together write.
  public var checkpoints: Int
  /// How often a training continues from a checkpoint, of all trainings together.
  public var restores: Int
  /// The checkpoints that are there at the end.
  package var kept: [Checkpoint]
  /// The checkpoints that are there when most are.
  package var most: [Checkpoint]

  /// Makes a workload from its parts.
  package init(
    trainings: Int, concurrency: Int, steps: Int, trainedImages: Int, evaluatedImages: Int, checkpoints: Int,
    restores: Int, kept: [Checkpoint], most: [Checkpoint]
  ) {
    self.trainings = trainings
    self.concurrency = concurrency
    self.steps = steps
    self.trainedImages = trainedImages
    self.evaluatedImages = evaluatedImages
    self.checkpoints = checkpoints
    self.restores = restores
    self.kept = kept
    self.most = most
  }
}

extension Workload {
  /// The work of a training that is begun from the start.
  public init(_ configuration: TrainingConfiguration, data: DatasetSplits) {
    let recipe = configuration.recipe
    self.init(recipes: [recipe], concurrency: 1, data: data)
    evaluatedImages += (configuration.validations(after: 0) - 1) * data.validation.count
    // The best one is kept beside the newest.
    if configuration.validateEvery != nil, recipe.epochs > most.count {
      let best = Checkpoint(seed: recipe.seed, trial: 0, epochs: 1)
      kept.append(best)
      most.append(best)
    }
  }

  /// Trainings that end with an evaluation and write a checkpoint every epoch.
  package init(recipes: [Recipe], concurrency: Int, data: DatasetSplits) {
    let stepsEach = recipes.map { $0.stepsPerEpoch(of: data) * $0.epochs }
    let atOnce = min(concurrency, recipes.count)
    /// So many checkpoints of those trainings that run last, and of the others what is kept.
    func checkpoints(last count: Int) -> [Checkpoint] {
      recipes.enumerated().flatMap { index, recipe in
        let own = index < recipes.count - atOnce ? TrainingJournal.keptCheckpoints : count
        return (max(1, recipe.epochs - own + 1)...recipe.epochs).map {
          Checkpoint(seed: recipe.seed, trial: 0, epochs: $0)
        }
      }
    }
    let kept = TrainingJournal.keptCheckpoints
    self.init(
      trainings: recipes.count, concurrency: atOnce, steps: stepsEach.reduce(0, +),
      trainedImages: zip(recipes, stepsEach).reduce(0) { $0 + $1.0.batchSize * $1.1 },
      evaluatedImages: recipes.count * (data.validation.count + data.test.count),
      checkpoints: recipes.reduce(0) { $0 + $1.epochs }, restores: 0,
      // The new checkpoint is whole before the oldest is deleted.
      kept: checkpoints(last: kept), most: checkpoints(last: kept + 1))
  }
}
