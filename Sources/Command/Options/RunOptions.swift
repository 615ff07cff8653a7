import ArgumentParser

/// The folder of a run, whether it continues, whether only its cost is estimated, and what it writes besides.
struct RunOptions: ParsableArguments {
  @Option(help: "The folder of the run; made if it is not there.")
  var run: String?

  @Flag(help: "Continue an interrupted run with the settings it was begun with.")
  var resume = false

  @Flag(
    help:
      "Only print the settings and their cost, from a few timed steps on this device; writes no files."
  )
  var dryRun = false

  @Flag(
    name: .customLong("tensorboard"),
    help:
      "Also write event files for TensorBoard, to the folder tensorboard of the run. Not recorded: give it again on a resume."
  )
  var tensorBoard = false

  @Flag(help: "Also show the run on a page for a browser, which follows it, as `pba dashboard RUN` does.")
  var dashboard = false

  @Option(
    help:
      "Stop cleanly after this time, such as 90s, 30m, 3h or 1h30m, with exit code 75; the command that continues is printed."
  )
  var stopAfter: StopTime?

  func validate() throws {
    if dryRun && stopAfter != nil {
      throw ValidationError(
        "--stop-after: found together with --dry-run, expected one of them; leave one out")
    }
    if dryRun && dashboard {
      throw ValidationError("--dashboard: found together with --dry-run, expected one of them; leave one out")
    }
    if run?.isEmpty == true { throw ValidationError("--run: found an empty name, expected a folder") }
    if dryRun && resume {
      throw ValidationError("--dry-run: found together with --resume, expected one of them; leave one out")
    }
  }

  /// The folder of the run, for a command that has none of its own; a dry run needs none.
  func folder() throws -> String {
    if let run { return run }
    guard dryRun else {
      throw ValidationError("--run: found nothing, expected the folder of the run; give --run FOLDER")
    }
    return ""
  }
}
