import Comparison
import Workers
import Datasets
import Training

extension Settings {
  /// The settings that a search was begun with.
  init(_ search: SearchConfiguration) {
    self.init(search.recipe, search.data)
    device = search.device
    population = search.population
    interval = search.interval
    quantile = search.quantile
    burnIn = search.burnIn
    asynchronous = search.asynchronous
    concurrency = search.concurrency
  }

  /// The settings that a training was begun with.
  init(_ training: TrainingConfiguration) {
    self.init(training.recipe, training.data)
    device = training.device
    policy = training.policy
    policyOrder = training.policyOrder
    from = training.from
    validateEvery = training.validateEvery
    patience = training.patience
  }

  /// The settings that a comparison was begun with.
  init(_ comparison: ComparisonConfiguration) {
    self.init(comparison.recipe, comparison.data)
    device = comparison.device
    concurrency = .trials(comparison.concurrency)
    policies = comparison.policies
    seeds = comparison.seeds
  }

  private init(_ recipe: Recipe, _ data: DataSelection) {
    self.init(
      dataset: data.place, trainSize: data.trainSize, validationSize: data.validationSize,
      model: recipe.model, epochs: recipe.epochs, batchSize: recipe.batchSize,
      learningRate: recipe.learningRate, learningRateRule: recipe.learningRateRule,
      weightDecay: recipe.weightDecay, cutout: recipe.cutout, cropPadding: recipe.cropPadding,
      // Said also where it is not so: the default depends on the dataset.
      scaleToSize: recipe.scaleToSize ?? false,
      flip: recipe.flip, seed: recipe.seed, precision: recipe.precision.rawValue, threads: recipe.threads,
      dataDirectory: data.dataDirectory, imageSize: data.imageSize, skipUnreadable: data.skipUnreadable,
      labelSmoothing: recipe.labelSmoothing, classWeights: recipe.classWeights.map(ClassWeightsSetting.given))
  }
}
