import Augmentation
import Foundation
import Images
import Policies
import PopulationBasedTraining
import Reports
import RunStore
import Testing

@Suite struct ReportPageTests {
  private let commands = RunCommands(
    again: "pba search --run NEW", resume: "pba search --resume --run R", version: "9.9")
  private let hostile = "<script src=\"https://evil.example/x.js\">&'\u{1b}[31m</script>"

  private func page(
    _ history: RunContents.History, kind: RunKind, state: RunState = .finished, schedule: Schedule? = nil,
    settings: [RunSetting] = [], samples: SampleImages = .unavailable(reason: "no dataset.")
  ) -> ReportPage {
    ReportPage(
      RunContents(
        path: "runs/R", kind: kind, version: "0.1", state: state, settings: settings, history: history,
        schedule: schedule), command: commands, images: ReportImages(validation: 1000, test: 1000),
      samples: samples)
  }

  private func search(_ records: [SegmentRecord], trials: Int = 3, state: RunState = .finished) -> ReportPage
  {
    page(
      .search(PopulationHistory(records, population: trials, isAsynchronous: false)), kind: .search,
      state: state)
  }

  /// The page as a tree; a page that is no well-formed XML is a failed test.
  private func read(_ page: ReportPage) throws -> SVGNode {
    let html = page.html
    #expect(html.hasPrefix("<!DOCTYPE html>\n"))
    return try SVGNode.read(String(html.dropFirst("<!DOCTYPE html>\n".count)))
  }

  private func identifiers(_ root: SVGNode) -> [String] {
    root.elements("section").compactMap { $0.attributes["id"] }
  }

  @Test func everyKindHasItsSections() throws {
    #expect(
      identifiers(try read(search(smallPopulation())))
        == ["result", "curves", "lineage", "schedule", "time", "samples", "settings"])
    #expect(
      identifiers(try read(page(.training(epochs(3)), kind: .train)))
        == ["result", "curves", "time", "samples", "settings"])
    let progress = ComparisonProgress([
      .init(policy: "none", seed: 0, epochs: epochs(2), isFinished: true),
      .init(policy: "cutout", seed: 0, epochs: epochs(1), isFinished: false),
    ])
    let root = try read(page(.comparison(progress), kind: .compare, state: .running(process: 1)))
    #expect(identifiers(root) == ["result", "curves", "schedule", "time", "samples", "settings"])
    #expect(root.all.contains { $0.text.contains("1 of 2 trainings has ended") })
    #expect(root.all.contains { $0.text.hasPrefix("No policy of this comparison has a schedule") })
  }

  @Test func aComparisonShowsEachScheduleOnceAndWhoPlaysIt() throws {
    let schedule = try Schedule.named("rcifar10")
    let progress = ComparisonProgress([
      .init(policy: "none", seed: 0, epochs: epochs(2), isFinished: true),
      .init(policy: "rcifar10", seed: 0, epochs: epochs(2), isFinished: true),
    ])
    func page(_ schedules: PlayedSchedules) -> ReportPage {
      ReportPage(
        RunContents(
          path: "R", kind: .compare, version: "0.1", state: .finished, settings: [],
          history: .comparison(progress)), command: commands, images: ReportImages(),
        samples: .unavailable(reason: "no dataset."), schedules: schedules)
    }
    let root = try read(
      page(
        PlayedSchedules([
          ("none", nil, .schedule), ("rcifar10", schedule, .schedule), ("rcifar10@last", schedule, .last),
          ("rcifar10@shuffled", schedule, .shuffled),
        ])))
    let section = try #require(root.elements("section").first { $0.attributes["id"] == "schedule" })
    #expect(section.elements("h3").map(\.text) == ["The schedule of rcifar10"])
    #expect(section.elements("figure").count == 2)
    #expect(
      section.elements("p").map(\.text).filter { $0.hasPrefix("rcifar10") } == [
        "rcifar10: each epoch has the policy of that epoch.",
        "rcifar10@last: its last policy holds from the first epoch on.",
        "rcifar10@shuffled: each image of each epoch draws one of its policies, so the order is lost.",
      ])
    let labels = root.all.filter { $0.attributes["role"] == "region" }.compactMap {
      $0.attributes["aria-label"]
    }
    #expect(Set(labels).count == labels.count)
    let broken = try read(page(PlayedSchedules(unavailable: "the file is gone.")))
    #expect(broken.all.contains { $0.text == "The schedules cannot be shown: the file is gone." })
  }

  @Test(
    "a training says how its schedule is played",
    arguments: [
      ("schedule", "with the policy rcifar10, 3 epochs.", "is stretched to the 3 of this training."),
      (
        "shuffled", "with the policy rcifar10@shuffled, 3 epochs.",
        "rcifar10@shuffled: each image of each epoch draws one of its policies, so the order is lost."
      ),
      (
        "last", "with the policy rcifar10@last, 3 epochs.",
        "rcifar10@last: its last policy holds from the first epoch on."
      ),
    ])
  func order(_ order: String, _ summary: String, _ words: String) throws {
    let settings = [
      RunSetting(name: "policy", values: ["rcifar10"]), RunSetting(name: "policyOrder", values: [order]),
      RunSetting(name: "epochs", values: ["3"]),
    ]
    let page = page(
      .training(epochs(3)), kind: .train, schedule: try Schedule.named("rcifar10"), settings: settings)
    let texts = try read(page).all.map(\.text)
    #expect(texts.contains { $0.hasSuffix(summary) })
    #expect(texts.contains { $0.hasSuffix(words) })
    #expect(texts.contains { $0.contains("is stretched to") } == (order != "last"))
  }

  @Test func aSearchNamesItsExplorerUnlessItIsTheDefault() {
    func text(_ explorer: String?, _ records: [SegmentRecord]) -> String {
      let settings = (explorer.map { [RunSetting(name: "explorer", values: [$0])] } ?? [])
      let history = PopulationHistory(records, population: 3, isAsynchronous: false)
      return page(.search(history), kind: .search, settings: settings).html
    }
    let plain = text(nil, smallPopulation())
    #expect(plain.contains("compared after every epoch."))
    #expect(plain.contains("by these very images again and again, and"))
    #expect(text("pb2", smallPopulation()).contains("compared after every epoch, with the explorer pb2."))
    let alone = (0..<9).map { place in
      let (generation, trial) = place.quotientAndRemainder(dividingBy: 3)
      return segment(
        generation, trial, parent: generation == 0 ? nil : (generation - 1, trial),
        accuracy: 0.3 + Double(place) / 100)
    }
    let random = text("random", alone)
    #expect(
      random.contains(
        "measured after every epoch, with the explorer random: no trial copies another, unless it failed."))
    #expect(random.contains("by these very images, and"))
    #expect(random.contains("0 copies between trials"))
  }

  @Test func aSearchOfAnotherScoreSaysWhatItComparedBy() throws {
    let records = smallPopulation().map { record in
      SegmentRecord(
        plan: record.plan,
        result: record.result.flatMap { result in
          result.checkpoint.map {
            .done($0, SegmentMetrics(score: 1 - (record.score ?? 0), seconds: 1))
          }
        })
    }
    let history = PopulationHistory(
      records, population: 3, isAsynchronous: false,
      objective: Objective(name: "validation loss", direction: .minimize))
    let root = try read(page(.search(history), kind: .search))
    let words = root.all.map(\.text)
    #expect(words.contains("0.2000"))
    #expect(words.contains { $0.hasPrefix("validation loss of trial 1, the best of 3") })
    #expect(words.contains { $0.hasPrefix("It is the lowest score of a population") })
    #expect(words.contains("The trainer reports no training loss."))
    #expect(!words.contains { $0.contains("ccuracy") })
    #expect(
      !(try read(search(smallPopulation()))).all.map(\.text).contains("The trainer reports no training loss.")
    )
  }

  @Test func everyFigureHasATableAndNoIdentifierIsTwice() throws {
    let schedule = try Schedule.named("rcifar10")
    let root = try read(
      page(
        .search(PopulationHistory(smallPopulation(), population: 3, isAsynchronous: false)), kind: .search,
        schedule: schedule))
    let figures = root.elements("figure")
    #expect(figures.count == 6)
    for figure in figures {
      #expect(figure.elements("svg").first?.attributes["aria-label"]?.isEmpty == false)
      #expect(figure.elements("details").first?.elements("table").count == 1)
    }
    let identifiers = root.all.compactMap { $0.attributes["id"] }
    #expect(Set(identifiers).count == identifiers.count)
    let labels = root.all.filter { $0.attributes["role"] == "region" }.compactMap {
      $0.attributes["aria-label"]
    }
    #expect(Set(labels).count == labels.count)
    #expect(root.elements("div", class: "scroll").allSatisfy { $0.attributes["tabindex"] == "0" })
    // The schedule can be taken along, byte for byte.
    let link = try #require(root.elements("a").first { $0.attributes["download"] == "schedule.json" })
    let data = try #require(link.attributes["href"]?.split(separator: ",").last).description
    #expect(Data(base64Encoded: data) == schedule.jsonData())
  }

  @Test func numbersStandWithTheirIntervals() throws {
    // Wilson's interval of 0.8 of 1000: 0.77412 to 0.82362.
    let words = try read(search(smallPopulation())).elements("p").map(\.text)
    #expect(words.contains("80.00 %"))
    #expect(words.contains { $0.contains("77.41 % to 82.36 %") && $0.contains("flatters") })
    let training = try read(page(.training(epochs(3)), kind: .train)).elements("p").map(\.text)
    #expect(training.contains("75.00 %"))
    #expect(training.contains { $0.contains("72.22 % to 77.58 %") })
  }

  @Test(arguments: [
    (RunState.finished, "pba search --run NEW"), (.stopped, "pba search --resume --run R"),
    (.running(process: nil), "pba search --resume --run R"),
  ])
  func theCommandFitsTheState(_ state: RunState, _ command: String) throws {
    let root = try read(search(smallPopulation(), state: state))
    #expect(root.elements("code").map { $0.all.map(\.text).joined() }.joined().contains("--run"))
    let words = root.elements("span", class: "option").map(\.text).joined(separator: " ")
    #expect(words == command)
  }

  @Test func textsOfTheRunAreEscapedAndNothingIsAskedFor() throws {
    let schedule = try Schedule(
      name: hostile, segments: [.init(epochs: 3, policy: Policy(entries: []))], provenance: [:])
    let image = RGBAImage(width: 2, height: 2, pixels: [UInt8](repeating: 9, count: 16))
    let group = SampleImages.Group(
      title: hostile, columns: [hostile],
      rows: [.init(name: hostile, pictures: [.init(image, words: hostile), .init(image, words: hostile)])])
    let found = page(
      .comparison(
        ComparisonProgress([.init(policy: hostile, seed: 0, epochs: epochs(1), isFinished: true)])),
      kind: .compare, schedule: schedule,
      settings: [RunSetting(name: hostile, values: [hostile])], samples: .groups([group]))
    let root = try read(found)
    #expect(root.elements("script").isEmpty)
    for node in root.all {
      for (name, value) in node.attributes where ["href", "src", "xlink:href"].contains(name) {
        #expect(value.hasPrefix("data:") || value.hasPrefix("#"), "\(node.name) \(name)=\(value)")
      }
      #expect(!node.attributes.keys.contains { $0.hasPrefix("on") })
    }
    #expect(!found.html.contains("url("))
    #expect(!found.html.contains("@import"))
    #expect(root.elements("img").count == 2)
  }

  @Test func aPageBeforeTheFirstResultSaysSo() throws {
    let root = try read(search([], trials: 4, state: .running(process: nil)))
    #expect(root.all.contains { $0.text.contains("There is no best trial yet") })
    #expect(root.elements("figure").isEmpty)
    let training = try read(page(.training([]), kind: .train, state: .stopped))
    #expect(training.all.contains { $0.text.contains("No epoch has ended yet.") })
  }

  @Test func aPageOfTheUsualSizeIsLight() {
    let html = search(largePopulation(trials: 16, generations: 67), trials: 16).html
    #expect(html.utf8.count < 1_000_000)
  }

  @Test func headingsStandInOrder() throws {
    let levels = try read(search(smallPopulation())).all.compactMap { node -> Int? in
      node.name.count == 2 && node.name.hasPrefix("h") ? Int(node.name.dropFirst()) : nil
    }
    #expect(levels.first == 1)
    #expect(levels.count { $0 == 1 } == 1)
    #expect(zip(levels, levels.dropFirst()).allSatisfy { $1 <= $0 + 1 })
  }
}
