import Foundation

/// The page that reports on a run: one HTML file that loads nothing else and needs no script.
public struct ReportPage: Sendable {
  let contents: RunContents
  /// The command that reproduces or continues it.
  let command: RunCommands
  /// How many images there were to measure on.
  let images: ReportImages
  let samples: SampleImages
  /// The schedules that a comparison plays.
  let schedules: PlayedSchedules

  /// The beginning by which a page of this program is recognised.
  public static let generator = "swift-pba report"

  /// A page about a run; only a comparison has schedules beside its own.
  public init(
    _ contents: RunContents, command: RunCommands, images: ReportImages, samples: SampleImages,
    schedules: PlayedSchedules = PlayedSchedules([])
  ) {
    self.contents = contents
    self.command = command
    self.images = images
    self.samples = samples
    self.schedules = schedules
  }

  /// The whole of the file.
  public var html: String { frame(madeBy: "pba report").file }

  /// The page around its sections, for whoever called a command to see it.
  func frame(madeBy command: String) -> PageFrame {
    PageFrame(
      title: title, heading: [state, .text(" " + summary)], sections: sections,
      footer: "Made by \(command) \(self.command.version). The run was begun with pba \(contents.version).")
  }

  private var sections: [ReportSection] {
    [
      resultSection, curveSection, tunedSection, lineageSection, scheduleSection, timelineSection,
      sampleSection,
      settingSection,
    ].compactMap { $0 }
  }

  private var title: String { "\(kindName) \(contents.name)" }

  private var kindName: String {
    switch contents.kind {
    case .search: "Search"
    case .train: "Training"
    case .compare: "Comparison"
    }
  }

  private var state: HTML {
    switch contents.state {
    case .finished: HTML("span", ["class": "state finished"], ["finished"])
    case .running: HTML("span", ["class": "state running"], ["in progress"])
    case .stopped: HTML("span", ["class": "state stopped"], ["stopped before its end"])
    }
  }
}

/// A part of the page under a heading.
struct ReportSection {
  let identifier: String
  let heading: String
  let content: [HTML]

  var html: HTML {
    HTML(
      "section", ["id": identifier, "aria-labelledby": "\(identifier)-heading"],
      [HTML("h2", ["id": "\(identifier)-heading"], [.text(heading)])] + content)
  }
}

/// What a reader types to reproduce the run, or to continue it.
public struct RunCommands: Sendable {
  /// Makes the same run in another folder.
  public let again: String
  /// Continues this run.
  public let resume: String
  /// The version of the program that makes the report.
  public let version: String

  /// The command lines, each as a user would type it.
  public init(again: String, resume: String, version: String) {
    self.again = again
    self.resume = resume
    self.version = version
  }
}

/// How many images a run measures on; nil where it is not known.
public struct ReportImages: Sendable {
  /// How many validation images.
  public let validation: Int?
  /// How many test images.
  public let test: Int?

  /// The sizes of both sets.
  public init(validation: Int? = nil, test: Int? = nil) {
    self.validation = validation
    self.test = test
  }
}
