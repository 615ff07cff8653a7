import RunStore
import Search
import Torch
import Training

extension Settings {
  /// The settings that a search was begun with.
  init(_ search: SearchConfiguration) throws {
    let recipe = try search.recipe()
    self.init(recipe)
    dataset = search.dataset
    trainSize = search.trainSize
    validationSize = search.validationSize
    device = search.device
    dataDirectory = search.dataDirectory
    population = search.population
    interval = search.interval
    quantile = search.quantile
    concurrency = search.concurrency
    imageSize = search.imageSize
    skipUnreadable = search.skipUnreadable
  }

  /// The settings that a training was begun with.
  init(_ training: TrainingConfiguration) {
    self.init(training.recipe)
    dataset = training.dataset
    trainSize = training.trainSize
    validationSize = training.validationSize
    device = training.device
    dataDirectory = training.dataDirectory
    policy = training.policy
    policyOrder = training.policyOrder
    imageSize = training.imageSize
    skipUnreadable = training.skipUnreadable
  }

  private init(_ recipe: Recipe) {
    self.init(
      model: recipe.model, epochs: recipe.epochs, batchSize: recipe.batchSize,
      learningRate: recipe.learningRate,
      learningRateRule: recipe.learningRateRule, weightDecay: recipe.weightDecay, cutout: recipe.cutout,
      cropPadding: recipe.cropPadding, flip: recipe.flip, seed: recipe.seed,
      precision: recipe.precision.rawValue,
      threads: recipe.threads)
  }
}
