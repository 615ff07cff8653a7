import Comparison
import Datasets
import Policies
import Reports
import RunStore
import Training
import Workers

/// What a report needs beside the run's folder: the commands, images of its dataset, and the schedules of a comparison.
struct ReportSubject {
  let commands: RunCommands
  let images: ReportImages
  let samples: SampleImages
  let schedules: PlayedSchedules

  /// What belongs to a run; one source of its images, and what it was opened through, serve every report of it.
  ///
  /// Throws `RunStoreError` where its settings cannot be read.
  init(
    _ contents: RunContents, _ dataset: SampledDataset = SampledDataset(), through runs: OpenRuns = OpenRuns()
  ) throws {
    let run = try runs.read(contents.path)
    let path = contents.path
    switch contents.history {
    case .search(let history):
      schedules = PlayedSchedules([])
      let configuration = try run.configuration(AnySearchConfiguration.self)
      commands = try RunCommandLine("search", Settings(configuration), contents).commands
      switch configuration {
      case .network(let configuration):
        (images, samples) = dataset.look(configuration.data) { sample in
          SampleDrawing(sample).groups(
            of: history.best, in: configuration.rules.space, recipe: configuration.recipe)
        }
      case .trainer:
        images = ReportImages()
        samples = .unavailable(
          reason: "they belong to the trainer, which this program does not ask for them.")
      }
    case .training(let epochs):
      schedules = PlayedSchedules([])
      let configuration = try run.configuration(TrainingConfiguration.self)
      commands = try RunCommandLine(
        "train", Settings(configuration), contents,
        changes: configuration.changes
      ).commands
      (images, samples) = dataset.look(configuration.data) { sample in
        let policy = contents.schedule == nil ? configuration.policy : RunDirectory.schedulePath(in: path)
        let choice = try PolicyChoice(
          policy, dataset: configuration.data.dataset, seed: configuration.recipe.seed)
        return try SampleDrawing(sample).groups(
          of: [(configuration.played.description, choice, configuration.policyOrder, epochs.count)],
          recipe: configuration.recipe)
      }
    case .comparison(let progress):
      let configuration = try run.configuration(ComparisonConfiguration.self)
      commands = try RunCommandLine("compare", Settings(configuration), contents).commands
      let played = Result {
        let policies = try ComparedPolicies(configuration, in: path)
        return Array(zip(try policies.choices(seed: configuration.recipe.seed), policies.orders))
      }
      schedules = Self.schedules(configuration, played)
      (images, samples) = dataset.look(configuration.data) { sample in
        let choices = try played.get()
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

  private static func schedules(
    _ configuration: ComparisonConfiguration, _ played: Result<[(PolicyChoice, PolicyOrder)], any Error>
  ) -> PlayedSchedules {
    do {
      return PlayedSchedules(
        try zip(configuration.policies, played.get()).map { name, played in
          (name, try played.0.schedule?.stretched(to: configuration.recipe.epochs), played.1)
        })
    } catch {
      return PlayedSchedules(unavailable: explained(error) + ".")
    }
  }
}

/// A few images of the dataset of one run, read when they are first shown.
final class SampledDataset {
  private var found: (data: DataSelection, sample: DatasetSample)?

  /// How many training images are shown.
  private static let count = 4

  private func sample(_ data: DataSelection) throws -> DatasetSample {
    if let found, found.data == data { return found.sample }
    let sample = try sampleDataset(data, count: Self.count)
    found = (data, sample)
    return sample
  }

  /// Takes a few images of the dataset; where it is not there, the report is made without them.
  func look(
    _ data: DataSelection, _ draw: (DatasetSample) throws -> [SampleImages.Group]
  ) -> (ReportImages, SampleImages) {
    do {
      let sample = try sample(data)
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

extension ReportPage {
  /// The page about a run and what belongs to it.
  init(_ contents: RunContents, _ subject: ReportSubject) {
    self.init(
      contents, command: subject.commands, images: subject.images, samples: subject.samples,
      schedules: subject.schedules)
  }
}
