import Foundation
import Reports
import RunStore
import Testing

@Suite struct LivePageTests {
  private func page(
    _ records: [SegmentRecord], state: RunState = .running(process: 1), settings: [RunSetting] = []
  ) -> LivePage {
    LivePage(
      ReportPage(
        RunContents(
          path: "runs/R", kind: .search, version: "0.1", state: state, settings: settings,
          history: .search(PopulationHistory(records, population: 3, isAsynchronous: false))),
        command: RunCommands(
          again: "pba search --run NEW", resume: "pba search --resume --run R", version: "9.9"),
        images: ReportImages(), samples: .unavailable(reason: "no dataset.")))
  }

  private struct Update: Decodable {
    struct Progress: Decodable {
      let done: Int
      let total: Int
      let words: String
    }
    let title: String
    let state: String
    let words: String
    let progress: Progress?
    let parts: [[String]]
    let markup: [String: String]
  }

  private func update(_ page: LivePage, _ known: [String: String] = [:]) throws -> Update {
    let json = page.update(knowing: known)
    #expect(!json.contains("\n"))
    return try JSONDecoder().decode(Update.self, from: Data(json.utf8))
  }

  private let names = [
    "heading", "menu", "result", "curves", "lineage", "schedule", "time", "samples", "settings", "footer",
  ]

  @Test func theWholePageHasEveryPartWithItsDigest() throws {
    let page = page(smallPopulation())
    let root = try SVGNode.read(String(page.file.dropFirst("<!DOCTYPE html>\n".count)))
    let found = root.all.compactMap { node in
      node.attributes["data-digest"].flatMap { digest in node.attributes["id"].map { [$0, digest] } }
    }
    #expect(found.map { $0[0] } == names)
    #expect(Dictionary(uniqueKeysWithValues: found.map { ($0[0], $0[1]) }) == page.digests)
    let identifiers = root.all.compactMap { $0.attributes["id"] }
    #expect(Set(identifiers).count == identifiers.count)
    // Only the line about the connection is read aloud when it changes.
    #expect(
      root.all.filter { $0.attributes["role"] == "status" }.compactMap { $0.attributes["id"] } == [
        "live-words"
      ])
    #expect(!root.all.contains { $0.attributes.keys.contains("aria-live") })
    #expect(root.elements("script").compactMap { $0.attributes["src"] } == [LiveScript.name])
    #expect(!root.all.contains { $0.attributes.keys.contains { $0.hasPrefix("on") } })
  }

  @Test func onlyWhatHasChangedIsSent() throws {
    let records = smallPopulation()
    let (before, after) = (page(Array(records.prefix(6))), page(records))
    let first = try update(before)
    #expect(first.parts.map { $0[0] } == names)
    #expect(Set(first.markup.keys) == Set(names))
    #expect(first.markup["curves"]?.hasPrefix("<section id=\"curves\"") == true)
    #expect(try update(before, before.digests).markup.isEmpty)
    let second = try update(after, before.digests)
    #expect(Set(second.markup.keys) == ["result", "curves", "lineage", "time"])
    #expect(second.parts.map { $0[1] } == names.map { after.digests[$0] })
    #expect(before.shows(sameAs: page(Array(records.prefix(6)))))
    #expect(!before.shows(sameAs: after))
  }

  @Test func aBrowserNamesWhatItHas() {
    let page = page(smallPopulation())
    let words = page.digests.map { "\($0.key)-\($0.value)" }.joined(separator: ".")
    #expect(LivePage.digests(in: words) == page.digests)
    #expect(LivePage.digests(in: "") == [:])
    #expect(LivePage.digests(in: "..a-b-c.-.x-y.x-z.%20") == ["x": "y"])
  }

  @Test(arguments: [
    (RunState.finished, "finished"), (.running(process: nil), "running"), (.stopped, "stopped"),
  ])
  func itSaysHowTheRunStands(_ state: RunState, _ name: String) throws {
    let settings = [RunSetting(name: "epochs", values: ["7"]), RunSetting(name: "interval", values: ["2"])]
    let found = try update(page(smallPopulation(), state: state, settings: settings))
    #expect(found.state == name)
    // Three trials in four segments each, of which the last has one epoch.
    #expect(found.progress?.words == (state == .finished ? nil : "9 of 12 segments"))
    #expect(found.title == "Search R – swift-pba")
  }

  @Test func settingsOfAStrangerDoNoHarm() throws {
    for (epochs, interval) in [("9223372036854775807", "1"), ("-5", "-9223372036854775808"), ("x", "0")] {
      let settings = [
        RunSetting(name: "epochs", values: [epochs]), RunSetting(name: "interval", values: [interval]),
      ]
      let progress = try #require(try update(page(smallPopulation(), settings: settings)).progress)
      #expect(progress.total >= progress.done)
    }
  }

  @Test func aRunThatIsNotThereIsWaitedFor() throws {
    let waiting = LivePage(waitingFor: "runs/<b>R", version: "9.9")
    let found = try update(waiting)
    #expect(found.state == "waiting")
    #expect(found.markup["result"]?.contains("There is no run in runs/&lt;b&gt;R yet.") == true)
    #expect(found.progress == nil)
    // When it begins, all is sent but nothing is left of before.
    let begun = try update(page([]), waiting.digests)
    #expect(Set(begun.markup.keys) == Set(names))
    #expect(begun.words == "Live. Nothing has been trained to its end yet.")
  }

  @Test func aRunThatCannotBeReadIsShownAsItWas() throws {
    let page = page(smallPopulation())
    let later = page.unreadable(because: "R: the journal is damaged.", path: "R", version: "9.9")
    #expect(later.digests == page.digests)
    #expect(try update(later).state == "unreadable")
    #expect(!later.shows(sameAs: page))
    let never = LivePage(waitingFor: "R", version: "9.9").unreadable(
      because: "R: the journal is damaged.", path: "R", version: "9.9")
    #expect(try update(never).markup["result"]?.contains("R: the journal is damaged.") == true)
    #expect(
      never.unreadable(because: "R: the journal is damaged.", path: "R", version: "9.9").shows(sameAs: never))
  }
}
