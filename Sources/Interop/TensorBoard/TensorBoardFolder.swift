import Files
import Foundation

/// A folder of curves for TensorBoard: a folder for each group of curves, and an event file in each.
///
/// What the files hold follows from a run's journal. So they are begun again by every session, and nothing waits until
/// they are on the disk: a crash costs at most what the next session writes again.
public struct TensorBoardFolder: Sendable {
  /// A group of curves, by the name of its folder, and a point on them; the empty name is the folder itself.
  public typealias Entry = (group: String, point: ScalarPoint)

  /// The folder.
  public let path: String
  private let clock: @Sendable () -> Double
  private var files: [String: String] = [:]

  /// What the name of every event file has in it, and of no other file.
  private static let mark = "tfevents"

  /// A folder that `restore` makes.
  ///
  /// - Parameters:
  ///   - path: the path of the folder.
  ///   - clock: gives the seconds since 1970, which every event holds.
  public init(_ path: String, clock: @escaping @Sendable () -> Double = { Date().timeIntervalSince1970 }) {
    self.path = path
    self.clock = clock
  }

  /// Makes the folder hold these points and no others.
  ///
  /// Files that are no event files are left alone. Throws `FileError`.
  public mutating func restore(_ entries: [Entry]) throws {
    files = [:]
    try Self.removeEventFiles(in: path)
    try append(entries)
  }

  /// Adds points, each group's in their order.
  ///
  /// Throws `FileError`.
  public mutating func append(_ entries: [Entry]) throws {
    var groups: [String] = []
    var records: [String: [UInt8]] = [:]
    let time = clock()
    for (group, point) in entries {
      if records[group] == nil { groups.append(group) }
      records[group, default: []] += EventRecord.scalars(point, time: time)
    }
    for group in groups { try write(records[group] ?? [], to: group, time: time) }
  }

  private mutating func write(_ records: [UInt8], to group: String, time: Double) throws {
    if let file = files[group] {
      return try FileDescriptor(own: file, flags: O_WRONLY | O_APPEND, action: "append").write(Data(records))
    }
    let folder = group.isEmpty ? path : path + "/" + group
    try Folder.makeOwn(path)
    try Folder.makeOwn(folder)
    let file = "\(folder)/events.out.\(Self.mark).\(Int(time)).pba"
    try FileDescriptor(creating: file)
      .write(Data(EventRecord.fileVersion(time: time) + records))
    files[group] = file
  }

  /// Deletes the event files of the folder and of the groups in it; links are not followed.
  private static func removeEventFiles(in folder: String, withGroups: Bool = true) throws {
    guard let kind = FileKind(at: folder) else { return }
    try kind.require(.folder, at: folder)
    for name in try AtomicFile.names(in: folder) {
      let path = folder + "/" + name
      let kind = FileKind(at: path)
      if kind == .file, name.contains(mark) { try AtomicFile.remove(path) }
      if kind == .folder, withGroups { try removeEventFiles(in: path, withGroups: false) }
    }
  }
}
