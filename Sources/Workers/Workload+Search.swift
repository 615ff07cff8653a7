import Datasets
import Training

extension Workload {
  /// The work of a search that is begun from the start and in which no trial fails.
  ///
  /// An asynchronous one may take more or fewer steps: a trial that copies continues from the other's epoch.
  ///
  /// - Parameters:
  ///   - configuration: the settings of the search.
  ///   - concurrency: how many trials train at once.
  ///   - data: the images; only their number counts.
  public init(_ configuration: SearchConfiguration, concurrency: Int, data: DatasetSplits) {
    let (recipe, population) = (configuration.recipe, configuration.population)
    let rules = configuration.rules
    let generations = rules.generations
    let steps = recipe.stepsPerEpoch(of: data) * recipe.epochs * population
    func checkpoints(last count: Int) -> [Checkpoint] {
      (max(0, generations - count)..<generations).flatMap { generation in
        (0..<population).map {
          Checkpoint(seed: recipe.seed, trial: $0, epochs: rules.epochs(of: generation).upperBound)
        }
      }
    }
    self.init(
      trainings: population, concurrency: min(concurrency, population), steps: steps,
      trainedImages: steps * recipe.batchSize,
      evaluatedImages: population * generations * data.validation.count,
      checkpoints: population * generations, restores: population * (generations - 1),
      // Two generations are kept while the next is trained.
      kept: checkpoints(last: 1), most: checkpoints(last: 3))
  }
}
