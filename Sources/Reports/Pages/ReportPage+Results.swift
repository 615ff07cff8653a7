import Augmentation
import Foundation
import Policies
import PopulationBasedTraining
import RunStore
import Statistics
import Text

extension ReportPage {
  /// A training's policy and its order.
  var played: PlayedPolicy {
    PlayedPolicy(
      contents.settings["policy"]?.text ?? "?",
      order: contents.settings["policyOrder"].flatMap { PolicyOrder(rawValue: $0.text) } ?? .schedule)
  }

  /// What was run, in one sentence.
  var summary: String {
    let settings = contents.settings
    func value(_ name: String) -> String { settings[name]?.text ?? "?" }
    let training = "\(value("model")) on \(value("dataset"))"
    let length = counted(contents.length, "epoch")
    switch contents.history {
    case .search:
      let interval = settings.integer("interval") ?? 1
      let trainer = settings["trainer"].map { "trials of \($0.text.split(separator: "/").last ?? "")" }
      return "A population of \(value("population")) \(trainer ?? training), \(length), "
        + "\(explorer.exploits ? "compared" : "measured") after every "
        + "\(interval == 1 ? "epoch" : counted(interval, "epoch"))"
        + (settings["explorer"].map { ", with the explorer \(printable($0.text))" } ?? "")
        + (explorer.exploits ? "." : ": no trial copies another, unless it failed.")
    case .training: return "\(training) with the policy \(played), \(length)."
    case .comparison(let progress):
      return "\(settings["policies"]?.values.count ?? 0) policies with \(training), \(length), "
        + "\(counted(progress.trainings.count, "training"))."
    }
  }

  var resultSection: ReportSection {
    let content: [HTML]
    switch contents.history {
    case .search(let history): content = result(of: history)
    case .training(let epochs): content = result(of: epochs)
    case .comparison(let progress): content = result(of: progress)
    }
    return ReportSection(identifier: "result", heading: "Result", content: content + commands)
  }

  private var isFinished: Bool { contents.state == .finished }

  /// The explorer of a search; PBA's where its settings name none.
  private var explorer: any Explorer<Policy> {
    let named = contents.settings["explorer"].flatMap { NamedExplorer(named: $0.text) }
    return (named ?? .pba).make(in: .pba)
  }

  /// How often a population was chosen by what it is judged by.
  private var repeatedly: String { explorer.exploits ? " again and again" : "" }

  // MARK: - Search

  private func result(of history: PopulationHistory) -> [HTML] {
    guard let last = history.best.last, let score = last.score else {
      return [.paragraph(Self.withoutBest(history))]
    }
    let (epochs, objective) = (last.plan.epochs.upperBound, history.objective)
    let result: [HTML] =
      [
        .paragraph(objective.text(score), class: "result"),
        .paragraph(
          "\(objective.scoreName) of trial \(last.plan.trial), the best of \(history.population), after \(counted(epochs, "epoch"))"
            + (isFinished ? "." : " of \(contents.length): the search has not ended.")),
      ] + tunedValues(last)
    let extreme = objective.direction == .maximize ? "highest" : "lowest"
    guard objective.name == nil else {
      return result + [
        .paragraph(
          "It is the \(extreme) score of a population that was chosen by this very figure\(repeatedly), "
            + "and therefore looks better than it is: train a network with the schedule and measure it on images that "
            + "took no part in the search.")
      ]
    }
    return result + [
      .paragraph(
        interval(score, of: images.validation, "validation")
          + " It is the \(extreme) number of a population that was "
          + "chosen by these very images\(repeatedly), and therefore flatters: train a network with the schedule and "
          + "measure it on test images to know what the schedule is worth.")
    ]
  }

  /// The values of tuned hyperparameters in the last segment of the best trial.
  private func tunedValues(_ last: SegmentRecord) -> [HTML] {
    let values = last.plan.tuned.sorted { $0.key < $1.key }.map { "\($0.key) \(significant($0.value, 4))" }
    guard !values.isEmpty else { return [] }
    return [.paragraph("Tuned hyperparameters in its last segment: \(values.joined(separator: ", ")).")]
  }

  private static func withoutBest(_ history: PopulationHistory) -> String {
    let ended = history.stretches.count
    guard history.generations > 1 || ended >= history.population else {
      return
        "There is no best trial yet: of the first generation \(ended) of \(counted(history.population, "segment")) \(ended == 1 ? "has" : "have") ended."
    }
    let reason = history.stretches.last { $0.record.failure != nil }?.record.failure
    return "There is no best trial: every trial of the newest generation failed"
      + (reason.map { ", one with: \($0)." } ?? ".")
      + " A new run with a lower learning rate may do better; going on with this one meets the same end."
  }

  private func interval(_ share: Double, of count: Int?, _ split: String) -> String {
    guard let count, let interval = ShareInterval(share, of: count) else {
      return "How many \(split) images it was measured on is not known, so there is no interval."
    }
    return
      "95 % interval for the choice of the \(count) \(split) images (Wilson): \(percent(interval.low)) to "
      + "\(percent(interval.high))."
  }

  // MARK: - Training

  private func result(of epochs: [EpochRecord]) -> [HTML] {
    guard let last = epochs.last else { return [.paragraph("No epoch has ended yet.")] }
    if let test = last.testAccuracy {
      return [
        .paragraph(percent(test), class: "result"),
        .paragraph("test accuracy, measured \(moment(of: epochs))."),
        .paragraph(
          interval(test, of: images.test, "test")
            + " Another seed gives another network; pba compare measures that chance."),
      ] + (last.validationAccuracy.map { [.paragraph("Validation accuracy: \(percent($0)).")] } ?? [])
        + notes(on: epochs)
    }
    if let validation = last.validationAccuracy {
      return [
        .paragraph(percent(validation), class: "result"),
        .paragraph(
          "validation accuracy after the last of \(counted(epochs.count, "epoch")); there are no test images."
        ),
        .paragraph(interval(validation, of: images.validation, "validation")),
      ] + notes(on: epochs)
    }
    return [
      .paragraph(percent(last.trainAccuracy), class: "result"),
      .paragraph(
        "accuracy on the training images, as augmented, after \(epochs.count) of \(counted(contents.length, "epoch"))"
          + (isFinished ? "; there are no other images." : ". Test images are looked at after the last.")),
    ] + notes(on: epochs)
  }

  /// When the test images were looked at; more than once where a training that had ended was made longer.
  private func moment(of epochs: [EpochRecord]) -> String {
    let last = "after the last of \(counted(epochs.count, "epoch"))"
    let earlier = epochs.dropLast().filter { $0.testAccuracy != nil }.map { "\($0.epoch + 1)" }
    return earlier.isEmpty
      ? "once, \(last)"
      : "\(last), and after epoch \(earlier.joined(separator: ", ")), where the training ended before it was made longer"
  }

  /// The best of several validations, and why a training has fewer epochs than it was to have.
  private func notes(on epochs: [EpochRecord]) -> [HTML] {
    var notes: [HTML] = []
    if contents.settings["validateEvery"] != nil, let best = epochs.bestValidated,
      let accuracy = best.validationAccuracy
    {
      notes.append(
        .paragraph(
          "Best validation accuracy: \(percent(accuracy)) after epoch \(best.epoch + 1); its checkpoint is"
            + " \(TrainingJournal.checkpointName(epochs: best.epoch + 1)). It was chosen by these very images, so it is"
            + " likely too high."))
    }
    if isFinished, epochs.count < contents.length, let patience = contents.settings["patience"]?.text {
      notes.append(
        .paragraph(
          "The training ended after \(epochs.count) of \(counted(contents.length, "epoch")): \(patience)"
            + " \(patience == "1" ? "validation" : "validations in a row") brought no improvement."))
    }
    return notes
  }

  // MARK: - Comparison

  private func result(of progress: ComparisonProgress) -> [HTML] {
    let summary = progress.summary
    let words = ComparisonWords(summary)
    let ended = progress.trainings.count(where: \.isFinished)
    guard ended > 0 || isFinished else {
      return [
        .paragraph(
          "No training has ended yet; \(counted(progress.trainings.count, "training")) belong to it.")
      ] + unreadable(progress)
    }
    let images = progress.knowsImages ? " on \(counted(summary.images, "image"))" : ""
    var content: [HTML] = []
    if !isFinished {
      content.append(
        .paragraph(
          "\(ended) of \(counted(progress.trainings.count, "training")) \(ended == 1 ? "has" : "have") ended; what follows is of those alone."
        ))
    }
    content += [
      .paragraph("\(summary.split == .test ? "Test" : "Validation") accuracy\(images), means over seeds."),
      .scrolling(.table(words.table, caption: "Accuracy by policy"), label: "Table of results"),
    ]
    if let figure = ComparisonChart(summary).figure() { content.append(.figure(figure)) }
    let sentences = words.verdicts + words.failures
    if !sentences.isEmpty {
      content.append(HTML("ul", [:], sentences.map { HTML("li", [:], [.text($0)]) }))
    }
    return content + unreadable(progress) + words.explanation.map { .paragraph($0, class: "note") }
  }

  private func unreadable(_ progress: ComparisonProgress) -> [HTML] {
    progress.trainings.compactMap { training in
      training.problem.map { .paragraph("\(training.policy), seed \(training.seed) cannot be read: \($0)") }
    }
  }

  // MARK: - Commands

  private var commands: [HTML] {
    let words: (String, String)
    switch contents.state {
    case .finished: words = ("To run it again, into a new folder:", command.again)
    case .running: words = ("It is still running. If it stops, this command continues it:", command.resume)
    case .stopped: words = ("It was stopped before its end. This command continues it:", command.resume)
    }
    return [
      HTML("h3", [:], [.text(isFinished ? "Run it again" : "Continue it")]), .paragraph(words.0),
      HTML("pre", [:], [HTML("code", [:], Self.unbroken(words.1))]),
    ]
  }

  /// A command line that breaks between its options, not within one where there is room.
  private static func unbroken(_ command: String) -> [HTML] {
    let parts = command.components(separatedBy: " --")
    return parts.enumerated().flatMap { index, part -> [HTML] in
      let word = HTML("span", ["class": "option"], [.text((index == 0 ? "" : "--") + part)])
      return index == 0 ? [word] : [" ", word]
    }
  }
}
