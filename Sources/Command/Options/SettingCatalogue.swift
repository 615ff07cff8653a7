import Comparison
import Datasets
import Models
import Policies
import PopulationBasedTraining
import Search
import Text
import Training
import Workers

/// Every setting, declared here alone, in the order in which lists of settings and command lines have them.
///
/// An option group says where a setting's option stands in a command's help: `@Option(\.epochs) var epochs: Int?`.
package struct SettingCatalogue: Sendable {
  private static let any = Set(SearchKind.allCases)
  private static let recipe = Recipe()
  private static let search = SearchConfiguration(data: DataSelection(""))
  private static let training = TrainingConfiguration(data: DataSelection(""))
  private static let comparison = ComparisonConfiguration(data: DataSelection(""), policies: [])

  package let dataset = Setting<String>(
    "dataset", help: "The images: \(DatasetFamily.usages). See `pba data list`.")
  package let trainSize = Setting<Int>(
    "trainSize", help: "How many images to train on.", standardInWords: "the dataset's own")
  package let validationSize = Setting<Int>(
    "validationSize", help: "How many images to validate on.", standardInWords: "the dataset's own")
  package let model = Setting<String>(
    "model", help: "The network: \(ModelSpec.patterns).", standard: Self.recipe.model)
  package let epochs = Setting<Int>(
    "epochs", help: "How long to train.", standard: Self.recipe.epochs, trainedBy: Self.any)
  package let batchSize = Setting<Int>(
    "batchSize", help: "Images in a training step.", standard: Self.recipe.batchSize)
  package let learningRate = Setting<Double>(
    "learningRate", help: "The learning rate at the start.", standard: Self.recipe.learningRate)
  package let learningRateRule = Setting<LearningRateRule>(
    "learningRateRule",
    help: "How it falls: cosine, or step (a tenth from epoch 80, a hundredth from 120).",
    standard: Self.recipe.learningRateRule)
  package let weightDecay = Setting<Double>(
    "weightDecay", help: "The multiple of each weight that is added to its gradient.",
    standard: Self.recipe.weightDecay)
  package let cutout = Setting<Int>(
    "cutout", help: "The side of the square that Cutout removes, in pixels as typed; 0 = off.",
    standardInWords: "\(Self.recipe.cutout), see --scale-to-size; 0 for --policy none")
  package let cropPadding = Setting<Int>(
    "cropPadding", help: "The zero padding of the random crop, in pixels as typed; 0 = off.",
    standardInWords: "\(Self.recipe.cropPadding), see --scale-to-size; 0 for svhn, svhn-full")
  package let scaleToSize = Setting<Bool>(
    "scaleToSize",
    help: """
      Multiply the lengths in pixels of policies (translations, Cutout), and the default Cutout and crop padding, by the \
      images' shorter side over 32.
      """, standardInWords: "yes for folder:PATH, no for other datasets and in pictures")
  package let flip = Setting<Bool>(
    "flip", help: "Mirror every second image, by chance.",
    standardInWords: "yes; no for svhn, svhn-full, whose digits it would change")
  package let seed = Setting<UInt64>(
    "seed", help: "The seed of all random numbers.", standard: Self.recipe.seed, trainedBy: Self.any,
    isPartOfExperiment: false)
  package let precision = Setting<String>(
    "precision", help: "The number format of convolutions: auto, fp32, bf16.",
    standardInWords: "auto: fp32 on a CPU")
  package let threads = Setting<Int>(
    "threads", help: "Threads of one operation; results depend on it.",
    standardInWords: "1 a trial in a search, all cores in a training", isPartOfExperiment: false)
  package let device = Setting<String>(
    "device", help: "Where to compute: auto, cpu, cuda, cuda:N; for a search also cuda:0,cuda:1.",
    standard: Settings.automatic, trainedBy: Self.any, isPartOfExperiment: false)
  package let dataDirectory = Setting<String>(
    "dataDirectory", option: "data-dir", help: "The folder with datasets.",
    standard: Settings.defaultDataDirectory, standardInWords: printable(Settings.defaultDataPlace),
    isPartOfExperiment: false)
  package let population = Setting<Int>(
    "population", help: "How many networks.", standard: Self.search.population, for: [.search],
    trainedBy: Self.any)
  package let interval = Setting<Int>(
    "interval", help: "Epochs between comparisons.", standard: Self.search.interval, for: [.search],
    trainedBy: Self.any)
  package let quantile = Setting<Double>(
    "quantile", help: "The share that copies, and is copied, at a comparison.",
    standard: Self.search.quantile, for: [.search], trainedBy: Self.any)
  package let burnIn = Setting<Int>(
    "burnIn", help: "Epochs at the beginning in which nothing is compared.", standard: Self.search.burnIn,
    for: [.search], trainedBy: Self.any)
  package let explorer = Setting<NamedExplorer>(
    "explorer", help: "What chooses policies, and who copies whom.", standard: .pba, for: [.search],
    trainedBy: Self.any)
  package let space = Setting<SpaceSource>(
    "space",
    help:
      "What policies are chosen from: the name of a search space, or a YAML file. See `pba space`.",
    standardInWords: "pba, the fifteen operations of the paper", for: [.search], trainedBy: Self.any)
  package let asynchronous = Setting<Bool>(
    "asynchronous",
    help: "Compare each network as soon as it has a result, not all at the same epoch.",
    standard: Self.search.asynchronous, standardInWords: "no", for: [.search], trainedBy: Self.any)
  package let concurrency = Setting<Concurrency>(
    "concurrency",
    help:
      "How many train at once, or auto: what cores and memory allow. No effect on a synchronous result.",
    standard: Self.search.concurrency, for: [.search, .compare], isPartOfExperiment: false)
  package let workers = Setting<Int>(
    "workers",
    help:
      "Train in this many processes at once, in place of --concurrency. No effect on a synchronous result.",
    standardInWords: "in this process; with --trainer one on each device, or on each core", for: [.search],
    trainedBy: Self.any, isPartOfExperiment: false)
  package let retries = Setting<Int>(
    "retries", help: "For workers: how often a segment is tried again whose worker is lost.",
    standard: WorkerLimits().retries, for: [.search], trainedBy: Self.any, isPartOfExperiment: false)
  package let progressLimit = Setting<TimeLimit>(
    "progressLimit",
    help: "For workers: how long a segment may be without progress, such as 90s or 2h, or none.",
    standard: WorkerLimits().progress.map(TimeLimit.after) ?? TimeLimit.none, for: [.search],
    trainedBy: Self.any, isPartOfExperiment: false)
  package let segmentLimit = Setting<TimeLimit>(
    "segmentLimit", help: "For workers: how long a segment may take, or none.", standard: TimeLimit.none,
    for: [.search], trainedBy: Self.any, isPartOfExperiment: false)
  package let policy = Setting<String>(
    "policy",
    help:
      "\(NamedPolicy.usages), or a schedule file, which is stretched to the epochs; \(PlayedPolicy.orderUsage). See `pba policy list`.",
    standard: Self.training.policy, for: [.train])
  package let policyOrder = Setting<PolicyOrder>(
    "policyOrder", help: "How a schedule is played: schedule, shuffled, last.",
    standard: Self.training.policyOrder, for: [.train])
  package let policies = Setting<[String]>(
    "policies",
    help: "The policies, with commas between them; the others are compared with the first. Give two or more.",
    for: [.compare])
  package let seeds = Setting<Int>(
    "seeds", help: "How many trainings each policy gets; the seeds count up from --seed.",
    standard: Self.comparison.seeds, for: [.compare])
  package let imageSize = Setting<ImageSize>(
    "imageSize",
    help:
      "For folder:PATH, the size images are scaled and cropped to: 64, or HEIGHTxWIDTH such as 64x48.",
    standard: .standard)
  package let skipUnreadable = Setting<Bool>(
    "skipUnreadable",
    help: "For folder:PATH, leave out files that cannot be read as images; otherwise one is an error.",
    standard: false, standardInWords: "")
  package let labelSmoothing = Setting<Double>(
    "labelSmoothing",
    help: "The share of every label that is spread over all classes in the training loss.", standard: 0)
  package let classWeights = Setting<ClassWeightsSetting>(
    "classWeights",
    help:
      "The weight of each class in the training loss: balanced (by how rare each is), a YAML or JSON file with 'class: number' lines or a list, or numbers with commas between them.",
    standardInWords: "1 for each")
  package let from = Setting<String>(
    "from",
    help:
      "Begin with the weights of this checkpoint of pba, or of the folder of a training, as for pba evaluate; the last layer is fresh where the classes differ.",
    standardInWords: "fresh weights", for: [.train])
  package let validateEvery = Setting<Int>(
    "validateEvery",
    help:
      "Measure on the validation images after every N epochs too, and keep the best checkpoint.",
    standardInWords: "after the last epoch alone", for: [.train], isPartOfExperiment: false)
  package let patience = Setting<Int>(
    "patience", help: "End after N validations in a row that are no better than the best one.",
    standardInWords: "never", for: [.train])
  package let trainer = Setting<TrainerName>(
    "trainer",
    help:
      "Search with your own training: a Python file, FILE.py or FILE.py:Class. See `pba trainer init`. Settings of built-in networks are then not given.",
    for: [.search], trainedBy: [.trainer])
  package let trainerConfig = Setting<TrainerSettingsSource>(
    "trainerConfig",
    help: "What your class is made with: a YAML or JSON file, or a JSON object.",
    standardInWords: "{}", for: [.search], trainedBy: [.trainer])
  package let score = Setting<String>(
    "score", option: "metric", help: "The number that your trainer returns and trials are compared by.",
    standard: TrainerConfiguration.usualScore, for: [.search], trainedBy: [.trainer])
  package let direction = Setting<Direction>(
    "direction", option: "mode", help: "Which is better: max or min.", standard: .maximize, for: [.search],
    trainedBy: [.trainer])
  package let tune = Setting<[String]>(
    "tune",
    help:
      "Search a number of your trainer's settings too: NAME=LOW:HIGH, or NAME=LOW:HIGH:log, such as learning_rate=1e-4:1e-1:log. May be given several times.",
    for: [.search], trainedBy: [.trainer])
}

extension SettingCatalogue {
  /// The one catalogue.
  package static let shared = SettingCatalogue()

  /// Every setting in its order.
  package static let all = Mirror(reflecting: shared).children.compactMap { $0.value as? any AnySetting }

  private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.key.stringValue, $0) })

  /// The setting with a key; nil where there is none.
  package static func named(_ name: String) -> (any AnySetting)? { byName[name] }
}
