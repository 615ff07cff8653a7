/// What this program calls its files and folders in the folder of a run.
enum RunFileName {
  static let journal = "run.sqlite"
  static let lock = "lock"
  static let configuration = "config.yaml"
  static let checkpoints = "checkpoints"
  static let schedule = "schedule.json"
  static let metrics = "metrics.jsonl"
  static let tensorBoard = "tensorboard"

  static let log = journal + "-wal"
  static let index = journal + "-shm"
  /// What stands beside the journal while SQLite works on it.
  static let besideJournal = [log, index, journal + "-journal"]
  /// The files and folders that this program keeps in the folder of a run of any kind.
  ///
  /// What is written only if asked for is looked at when it is written.
  static let files =
    [journal] + besideJournal
    + [lock, configuration, schedule, metrics, ComparisonFolder.summary, ComparisonFolder.table]
  static let folders = [checkpoints, ComparisonFolder.trainings, ComparisonFolder.schedules]
}
