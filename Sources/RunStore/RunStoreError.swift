import Text

/// What can be wrong with a run directory, in one line that names the file and the cure.
public enum RunStoreError: ExplainedError, Hashable {
  /// The folder holds files but no run.
  case foreignDirectory(path: String, example: String)
  /// There is no run in the folder, so nothing can be continued or read.
  ///
  /// `resume`: whether it was to be continued.
  case noRun(path: String, resume: Bool = false)
  /// The folder holds a run that was begun and not finished, and it was not to be continued.
  ///
  /// `isEmpty`: whether nothing is trained in it yet.
  case unfinishedRun(path: String, kind: RunKind, isEmpty: Bool = false)
  /// The folder holds a finished run.
  case finishedRun(path: String, kind: RunKind)
  /// The folder holds a run of the other kind.
  case wrongKind(path: String, found: RunKind, expected: RunKind)
  /// Another process works in the folder; its id, where the lock file tells it.
  case locked(path: String, process: Int?)
  /// The run was begun with other settings; each difference is spelt out.
  case otherConfiguration(path: String, differences: [ConfigurationDifference])
  /// The journal was written by a newer version of the program.
  case newerJournal(path: String)
  /// The journal is not readable as a database, or what it says contradicts itself.
  case damagedJournal(path: String, detail: String)
  /// A file that the run keeps was removed or replaced while the run was in use.
  case replaced(path: String)
  /// The database refused for another reason; the cure where there is a known one.
  case journal(path: String, detail: String, cure: String? = nil)

  /// One line: the file, what was found, what was expected and what to do.
  public var text: ErrorText {
    switch self {
    case .replaced(let path):
      "\(path): somebody removed or replaced it while the run was in use, so the run has stopped; let no other program change a "
        + "run in use, then continue with \(setting: "resume"), or start in another folder where the journal is lost"
    case .foreignDirectory(let path, let example):
      "\(path): the folder holds other files (such as \(example)) and no run; name a new or an empty folder"
    case .noRun(let path, let resume):
      "\(path): no run is there; name the folder of a run"
        + (resume ? ", or begin one without \(setting: "resume")" : "")
    case .unfinishedRun(let path, let kind, false):
      "\(path): an unfinished \(kind.rawValue) is there; continue it with \(setting: "resume"), or name another folder"
    case .unfinishedRun(let path, let kind, true):
      "\(path): a \(kind.rawValue) was begun there, in which nothing is trained yet; continue it with \(setting: "resume"), "
        + "delete the folder to begin another one there, or name another folder"
    case .finishedRun(let path, let kind):
      "\(path): a finished \(kind.rawValue) is there and is not written over; name another folder"
    case .wrongKind(let path, let found, let expected):
      "\(path): found a \(found.rawValue) run, expected a \(expected.rawValue) run; name another folder"
    case .locked(let path, let process):
      "\(path): in use by \(process.map { "process \($0)" } ?? "another process"); "
        + "wait until it ends, or name another folder"
    case .otherConfiguration(let path, let differences):
      "\(path): the run was begun with other settings: "
        + "\(differences.map(\.description).joined(separator: "; "))"
        + "; give the settings it was begun with, or name another folder"
    case .newerJournal(let path):
      "\(path): written by a newer version of pba; continue the run with that version"
    case .damagedJournal(let path, let detail):
      "\(path): the journal is damaged (\(detail)); restore it from a copy, or start in another folder"
    case .journal(let path, let detail, let cure):
      "\(path): the journal cannot be used: \(detail)\(cure.map { "; " + $0 } ?? "")"
    }
  }
}
