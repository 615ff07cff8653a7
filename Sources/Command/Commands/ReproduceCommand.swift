import ArgumentParser
import Recipes
import Text

/// `pba reproduce`: a published experiment by its name.
struct ReproduceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reproduce", abstract: "Run a published experiment by the name of its table and model.",
    discussion: """
      `pba reproduce table_1_cifar10 wrn_28_10` trains one network as the table's row was trained; `pba reproduce search \
      rcifar10` learns the schedule again. --list shows all with their published errors. Every setting can be changed by \
      its option, and what differs from the recipe is printed. The run's folder is runs/TABLE/MODEL unless --run names \
      another.
      """)

  @Argument(help: "The table, such as table_1_cifar10, or search.")
  var table: String?

  @Argument(
    help:
      "The model of the row, such as wrn_28_10, or data and model, as in rsvhn_ss_96; for a search rcifar10, rsvhn or test."
  )
  var model: String?

  @Flag(help: "List every experiment, or those of the table, with their published errors.")
  var list = false

  @OptionGroup var place: RunOptions
  @OptionGroup var shared: SharedOptions
  @OptionGroup(title: "Options of a training") var policy: PolicyOptions
  @OptionGroup(title: "Options of a training") var training: TrainingOptions
  @OptionGroup(title: "Options of a search") var search: SearchOptions

  func validate() throws {
    guard !list else { return }
    guard table != nil else {
      throw ValidationError(
        "found no table, expected one such as table_1_cifar10; see `pba reproduce --list`")
    }
  }

  func run() throws {
    guard let table, !list else { return try RecipeList().show(table: table, json: shared.json) }
    let recipe = try Self.recipe(model, of: table)
    let flags = try policy.typedSettings.over(training.typedSettings).over(search.typedSettings)
      .over(shared.settings(for: recipe.isSearch ? .search : .train))
    try flags.naming { try run(recipe, flags) }
  }

  private func run(_ recipe: PublishedRecipe, _ flags: Settings) throws {
    var published = try Settings(recipe)
    // The published lengths are those of 32 × 32 images, unless somebody asks for scaling.
    published.scaleToSize = false
    published.recommend(\.cropPadding)
    // The Cutout is that of the recipe's policy; another policy may have none.
    published.recommend(\.cutout)
    let folder = place.run ?? "runs/\(recipe.table)/\(recipe.name)"
    // A run that is resumed continues with its own settings, which were made of the recipe when it began.
    if recipe.isSearch {
      try refuse(policy.typedSettings, "a search learns its policies")
      try refuse(training.typedSettings, "a population begins afresh and is measured at its comparisons")
      let settings = place.resume ? flags : flags.over(published)
      let whole = try Settings(published.over(flags.withoutEffect).searchConfiguration())
      try SearchRequest(
        settings: settings, place: place, folder: folder, json: shared.json, hasCluster: false, ray: nil)(
          onSettings: {
            note(try Settings($0).differences(from: whole), recipe)
            if !$0.asynchronous { printNote(Self.synchronousNote) }
          })
    } else {
      try refuse(search.typedSettings, "a training has no population")
      let settings = place.resume ? flags : flags.over(published)
      let whole = try Settings(published.over(flags.withoutEffect).trainingConfiguration().0)
      var differences: [String] = []
      let result = try TrainingRequest(settings: settings, place: place, folder: folder, json: shared.json)(
        onSettings: {
          differences = try Settings($0).differences(from: whole)
          note(differences, recipe)
        })
      if result != nil, !shared.json, let error = recipe.publishedError {
        printResult(
          "published           \(decimal(100 - error, 2)) % (error \(decimal(error, 2)) %)"
            + (differences.isEmpty ? "" : ", with other settings than these"))
      }
    }
  }

  /// The recipe of a name; an error about the name says where all are listed.
  private static func recipe(_ model: String?, of table: String) throws -> PublishedRecipe {
    do {
      return try PublishedRecipe.named(model, of: table)
    } catch let error as RecipeError where error.isUsageMistake {
      throw SettingsError("\(error); see `pba reproduce --list`")
    }
  }

  private static let synchronousNote =
    "the published search compared each trial as its result came; this one compares all at the same epoch, so that its"
    + " result can be repeated; with --asynchronous it does as the published one"

  /// Throws if an option was given that this kind of experiment has no use for.
  private func refuse(_ settings: Settings, _ reason: String) throws {
    guard let (name, value) = try settings.values().min(by: { $0.key < $1.key }) else { return }
    throw SettingsError(
      "\(setting: name): found \(value.text), expected nothing: \(reason); leave the option out")
  }

  private func note(_ differences: [String], _ recipe: PublishedRecipe) {
    guard !differences.isEmpty else { return }
    printNote(
      "this differs from the published \(recipe.table) \(recipe.name) in \(differences.joined(separator: ", "))"
    )
  }
}
