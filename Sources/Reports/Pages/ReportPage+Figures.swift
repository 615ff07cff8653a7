import Augmentation
import Policies
import PopulationBasedTraining
import RunStore
import Text

extension ReportPage {
  /// What was learnt, over the epochs.
  var curveSection: ReportSection? {
    let figures: [Figure?]
    var missing: [HTML] = []
    switch contents.history {
    case .search(let history):
      if history.hasNoTrainLoss { missing.append(.paragraph("The trainer reports no training loss.")) }
      let names = history.figureNames
      figures = ([.score, .trainLoss] + names.prefix(Self.mostFigures).map { .figure($0) }).map {
        (measure: PopulationCurves.Measure) in PopulationCurves(history, measure).figure()
      }
      if names.count > Self.mostFigures {
        missing.append(
          .paragraph(
            "The trainer reports \(names.count) figures; metrics.jsonl has those that are not drawn."))
      }
    case .training(let epochs): figures = [TrainingCurves(epochs, length: contents.length).figure()]
    case .comparison(let progress):
      figures = ComparisonCurves.Measure.allCases.map {
        ComparisonCurves(progress, length: contents.length, $0).figure()
      }
    }
    return section(
      "curves", "Learning curves", figures, none: "Nothing has been trained to its end yet.", missing)
  }

  /// How many figures of a trainer are drawn.
  private static let mostFigures = 8

  /// The tuned hyperparameters over the epochs; for a search that has some.
  var tunedSection: ReportSection? {
    guard case .search(let history) = contents.history else { return nil }
    let ranges = contents.settings["tune"]?.values.compactMap { TunedRange($0) } ?? []
    guard !ranges.isEmpty else { return nil }
    return section(
      "tuned", "Tuned hyperparameters", ranges.map { TunedCurves(history, $0).figure() },
      none: "No segment has ended yet.")
  }

  /// Who copied whom; for a search alone.
  var lineageSection: ReportSection? {
    guard case .search(let history) = contents.history else { return nil }
    return section(
      "lineage", "Lineage", [LineageGraph(history).figure()], none: "No segment has ended yet.")
  }

  /// Where time went.
  var timelineSection: ReportSection? {
    let timeline: Timeline
    switch contents.history {
    case .search(let history):
      timeline = Timeline(
        history.stretches.compactMap { stretch in
          stretch.record.metrics.map {
            Timeline.Stretch(
              group: "\(stretch.place.generation + 1)", seconds: $0.seconds, times: $0.times)
          }
        }, by: "generation")
    case .training(let epochs):
      timeline = Timeline(epochs.map { Self.stretch($0, "\($0.epoch + 1)") }, by: "epoch")
    case .comparison(let progress):
      timeline = Timeline(
        progress.trainings.flatMap { training in
          training.epochs.map { Self.stretch($0, "\(training.policy), seed \(training.seed)") }
        }, by: "training")
    }
    return section("time", "Where the time went", [timeline.figure()], none: "Nothing has ended yet.")
  }

  private static func stretch(_ epoch: EpochRecord, _ group: String) -> Timeline.Stretch {
    Timeline.Stretch(group: group, seconds: epoch.seconds, times: epoch.times)
  }

  /// The schedule that a search found or a training plays, to look at and to take along.
  var scheduleSection: ReportSection? {
    guard contents.kind != .compare else { return comparedScheduleSection }
    guard let schedule = contents.schedule else {
      guard contents.kind == .search else { return nil }
      if contents.hasDamagedSchedule {
        return ReportSection(
          identifier: "schedule", heading: "Schedule",
          content: [.paragraph("schedule.json cannot be read; the journal has all that it was made of.")])
      }
      return ReportSection(
        identifier: "schedule", heading: "Schedule",
        content: [.paragraph("There is no schedule yet; it is written after the first generation.")])
    }
    let link = HTML(
      "a",
      [
        "download": "schedule.json",
        "href": "data:application/json;base64," + schedule.jsonData().base64EncodedString(),
      ], ["Save schedule.json"])
    return ReportSection(
      identifier: "schedule", heading: "Schedule",
      content: scheduleWords.map { .paragraph($0) }
        + [HTML("p", [:], [link, ", a policy for pba train, and for pba schedule."])]
        + [
          .figure(ScheduleFigure.overview(schedule).named("All operations", ScheduleFigure.caption)),
          .figure(
            ScheduleFigure.operations(schedule).named("Operations one by one", Self.entryCaption)),
        ])
  }

  /// The schedules of a comparison's policies, each once, and how each policy plays it.
  private var comparedScheduleSection: ReportSection {
    let content: [HTML] =
      switch schedules.found {
      case .failure(let reason): [.paragraph("The schedules cannot be shown: \(reason.words)")]
      case .success(let played) where played.isEmpty:
        [.paragraph("No policy of this comparison has a schedule: each is the same in every epoch.")]
      case .success(let played):
        played.flatMap { one -> [HTML] in
          let name = one.players.first?.policy ?? one.schedule.name
          return [HTML("h3", [:], [.text("The schedule of \(name)")])]
            + one.words.map { .paragraph($0) }
            + [
              .figure(
                ScheduleFigure.overview(one.schedule).named(
                  "All operations of \(name)", ScheduleFigure.caption)),
              .figure(
                ScheduleFigure.operations(one.schedule).named(
                  "Operations of \(name) one by one", Self.entryCaption)),
            ]
        }
      }
    return ReportSection(identifier: "schedule", heading: "Schedules", content: content)
  }

  private static let entryCaption =
    "Each entry of an operation in the policy has a line of its own; an entry with probability 0 counts as magnitude 0."

  private var scheduleWords: [String] {
    guard contents.kind == .train, let schedule = contents.schedule else { return [] }
    let stretch =
      schedule.epochs == contents.length
      ? nil
      : "It was made for \(counted(schedule.epochs, "epoch")) and is stretched to the \(contents.length) of this training."
    let order = played.order
    return [
      order == .last ? nil : stretch, order == .schedule ? nil : "\(played): \(order.words).",
    ].compactMap { $0 }
  }

  private func section(
    _ identifier: String, _ heading: String, _ figures: [Figure?], none: String, _ notes: [HTML] = []
  ) -> ReportSection {
    let found = figures.compactMap { $0 }
    return ReportSection(
      identifier: identifier, heading: heading,
      content: found.isEmpty ? [.paragraph(none)] : found.map(HTML.figure) + notes)
  }
}

extension Figure {
  /// The same figure under another title and caption.
  fileprivate func named(_ title: String, _ caption: String) -> Figure {
    Figure(
      caption: caption,
      drawing: Drawing(
        width: drawing.width, height: drawing.height, title: title,
        description: drawing.title + ". " + drawing.description, elements: drawing.elements), table: table)
  }
}
