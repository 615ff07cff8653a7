import ArgumentParser
import Policies
import Reports

extension Theme: ExpressibleByArgument {}
extension ScheduleFigure: ExpressibleByArgument {}

extension ScheduleCommand {
  struct Plot: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Draw a schedule as an SVG or PNG picture.",
      discussion: """
        The stacked pictures show the probability and the magnitude of all operations over the epochs, the small ones \
        those of each entry of an operation. In the stacks an operation counts with the \
        mean over its entries. An entry with probability 0 counts as magnitude 0.
        """)

    @Argument(help: "rcifar10, rsvhn, or a schedule file.")
    var schedule: String

    @Option(help: "What to draw: overview (all operations, stacked), operations (one by one), or all.")
    var figure: ScheduleFigure = .all

    @OptionGroup var picture: PictureOptions

    func validate() throws { try picture.validate() }

    func run() throws {
      try picture.refuseToOverwrite()
      try picture.write(figure(Schedule.load(schedule)).drawing)
    }
  }
}
