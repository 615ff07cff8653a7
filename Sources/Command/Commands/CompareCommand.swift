import ArgumentParser
import Comparison
import Files
import Foundation
import Policies
import RunStore
import Search
import Text
import Threads

/// `pba compare`: trains with several policies under one recipe and several seeds.
struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Train with several policies and seeds under one recipe, and compare them.",
    discussion: """
      Prints for each policy the mean accuracy over the seeds with its 95 % interval, and the mean difference to the \
      first policy, of trainings with the same seed, with its interval. Test accuracy is measured once, after the last \
      epoch of each training.

      `none` is crop and flip alone here, whatever --cutout says; `cutout` adds the Cutout that every other policy has, and \
      is the baseline that differs from them in the policy alone.

      A policy is named as for `pba train --policy`; \(PlayedPolicy.orderUsage): \
      `--policies none,rcifar10,rcifar10@shuffled,learnt/schedule.json`.

      Every training is a run of its own in RUN/trainings. A comparison that was interrupted in any way continues \
      with `pba compare --resume --run RUN` and ends with the same figures. The summary is also kept in RUN/summary.json \
      and RUN/summary.csv.

      With --resume a comparison takes more policies, after those it has, and more seeds; what is trained stays. --against \
      shows the differences to another policy than the first.
      """)

  @OptionGroup var place: RunOptions
  @OptionGroup var shared: SharedOptions
  @OptionGroup var comparison: ComparisonOptions

  @Option(help: "Also write the table to this file, as comma-separated values.")
  var csv: String?

  @Option(help: "Show the differences to this policy, one of --policies. (default: the first)")
  var against: String?

  func run() throws {
    if let csv {
      try refuseToOverwrite(csv)
      try requireFolder(of: csv)
    }
    let settings = try comparison.typedSettings.over(shared.settings(for: .compare))
    let folder = try place.folder()
    try settings.naming { try run(settings, in: folder) }
  }

  private func run(_ given: Settings, in folder: String) throws {
    var settings = given
    let recorded =
      place.resume
      ? try RunDirectory.configuration(ComparisonConfiguration.self, of: folder, resume: true) : nil
    if let recorded { settings = try settings.over(Settings(recorded)) }
    let (configuration, policies) = try settings.comparisonConfiguration(in: place.resume ? folder : nil)
    let choices = try policies.choices(seed: configuration.recipe.seed)
    if let against, !configuration.policies.contains(against) {
      throw SettingsError(
        "--against: found \(against), expected one of \(configuration.policies.joined(separator: ", "))\(nearMissHint(against, among: configuration.policies))"
      )
    }
    for ((name, choice), order) in zip(zip(configuration.policies, choices), policies.orders) {
      try noteSurprises(of: choice, order: order, name: name, epochs: configuration.recipe.epochs)
    }
    if place.dryRun { return try DryRun(configuration, policies).show(json: shared.json) }
    let kept = try continued(by: "pba compare --resume --run \(quoted(folder))") {
      try withDashboard(of: folder, if: place.dashboard) {
        try ComparisonSession(
          configuration, policies, path: folder, resuming: recorded, tensorBoard: place.tensorBoard,
          stoppingAt: place.stopAfter)()
      }
    }
    let summary = against.flatMap(kept.against) ?? kept
    if shared.json { try printJSON(summary) } else { ComparisonTable(summary: summary).show() }
    if let csv {
      // It may have come since the beginning.
      try refuseToOverwrite(csv)
      try AtomicFile.write(Data(summary.csv().utf8), to: csv)
    }
    guard summary.rows.contains(where: { $0.accuracy != nil }) else {
      throw SettingsError("every training failed; a smaller --learning-rate may help", isUsageMistake: false)
    }
  }
}
