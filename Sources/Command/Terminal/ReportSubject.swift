import Comparison
import Datasets
import Policies
import Reports
import RunStore
import Training
import Workers

/// What a report needs beside the run's folder: the commands, and images of its dataset.
struct ReportSubject {
  let commands: RunCommands
  let images: ReportImages
  let samples: SampleImages

  init(_ contents: RunContents) throws {
    let path = contents.path
    switch contents.history {
    case .search(let history):
      let configuration = try RunDirectory.configuration(AnySearchConfiguration.self, of: path)
      commands = try RunCommandLine("search", Settings(configuration), contents).commands
      switch configuration {
      case .network(let configuration):
        (images, samples) = Self.look(configuration.data) { sample in
          SampleDrawing(sample).groups(
            of: history.best, in: configuration.rules.space, recipe: configuration.recipe)
        }
      case .trainer:
        images = ReportImages()
        samples = .unavailable(
          reason: "they belong to the trainer, which this program does not ask for them.")
      }
    case .training(let epochs):
      let configuration = try RunDirectory.configuration(TrainingConfiguration.self, of: path)
      commands = try RunCommandLine(
        "train", Settings(configuration), contents,
        changes: configuration.changes
      ).commands
      (images, samples) = Self.look(configuration.data) { sample in
        let policy = contents.schedule == nil ? configuration.policy : RunDirectory.schedulePath(in: path)
        let choice = try PolicyChoice(
          policy, dataset: configuration.data.dataset, seed: configuration.recipe.seed)
        return try SampleDrawing(sample).groups(
          of: [(configuration.policy, choice, configuration.policyOrder, epochs.count)],
          recipe: configuration.recipe)
      }
    case .comparison(let progress):
      let configuration = try RunDirectory.configuration(ComparisonConfiguration.self, of: path)
      commands = try RunCommandLine("compare", Settings(configuration), contents).commands
      (images, samples) = Self.look(configuration.data) { sample in
        let policies = try ComparedPolicies(configuration, in: path)
        let choices = zip(try policies.choices(seed: configuration.recipe.seed), policies.orders)
        return try SampleDrawing(sample).groups(
          of: zip(configuration.policies, choices).map { name, played in
            let (choice, order) = played
            let training = progress.trainings.first {
              $0.policy == name && $0.seed == configuration.recipe.seed
            }
            return (name, choice, order, training?.epochs.count ?? 0)
          }, recipe: configuration.recipe)
      }
    }
  }

  /// How many training images are shown.
  private static let count = 4

  /// Takes a few images of the dataset; where it is not there, the report is made without them.
  private static func look(
    _ data: DataSelection, _ draw: (DatasetSample) throws -> [SampleImages.Group]
  ) -> (ReportImages, SampleImages) {
    do {
      let sample = try sampleDataset(data, count: count)
      let images = ReportImages(validation: sample.counts?.validation, test: sample.counts?.test)
      do {
        let groups = try draw(sample)
        return (
          images,
          groups.isEmpty
            ? .unavailable(reason: "nothing has been trained to its end yet.") : .groups(groups)
        )
      } catch {
        return (images, .unavailable(reason: "the policy cannot be shown (\(explained(error)))."))
      }
    } catch {
      return (
        ReportImages(validation: data.validationSize),
        .unavailable(reason: "the dataset cannot be read now (\(explained(error))).")
      )
    }
  }
}
