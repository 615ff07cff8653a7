import Datasets
import Text
import Threads

/// Starts workers on the nodes of a Ray cluster, through one bridge, which is replaced when it is lost.
///
/// A worker belongs to no slot: it waits for room on any node, and trains the segments of whichever slot needs it.
public final class RayLauncher: WorkerLauncher, @unchecked Sendable {
  private let command: [String]
  private let environment: [String: String]
  private let kind: WorkerKind
  private let onNote: @Sendable (String) -> Void
  private let onErrorLine: @Sendable (_ worker: Int, _ line: String) -> Void

  // The lock guards the variables below, so sharing the object is safe.
  private let lock = ThreadLock()
  private let changed: ThreadCondition
  private var bridge: RayBridge?
  private var refusal: String?
  private var isOver = false
  private var nodes: [RayNode] = []
  private var workers: [Int: RayConnection] = [:]
  private var running: Set<Int> = []
  /// Those that were asked for and are not needed yet.
  private var spare: [RayConnection] = []
  private var lastNumber = 0
  private var lossesInARow = 0
  private var saysThatItWaits = false
  private var shipped: PackedImages?

  /// The longest time in seconds from the bridge's start to its first word of the nodes.
  private static let timeToConnect = 60.0
  /// How often in a row a bridge is replaced that was lost before a worker has started.
  private static let mostLosses = 10
  /// The longest time in seconds in which a slot does not look at anything but its worker.
  private static let slice = 0.05
  /// The longest time in seconds that the bridge's end takes.
  private static let timeToEnd = 15.0

  /// A launcher that has not connected yet.
  ///
  /// - Parameters:
  ///   - command: the program that is the bridge, and its arguments, which name the cluster and what a worker takes of a node.
  ///   - kind: which program a worker is.
  ///   - environment: the whole environment of the bridge.
  ///   - onErrorLine: called with each line that a worker writes to standard error.
  ///   - onNote: called with what people should know: nodes, and whether the search waits for one.
  public init(
    command: [String], kind: WorkerKind, environment: [String: String],
    onErrorLine: @escaping @Sendable (_ worker: Int, _ line: String) -> Void = { _, _ in },
    onNote: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.command = command
    self.kind = kind
    self.environment = environment
    self.onErrorLine = onErrorLine
    self.onNote = onNote
    changed = ThreadCondition(lock)
  }

  /// Connects to the cluster and returns its nodes.
  ///
  /// - Throws: ``RayError`` where that is not possible; `WorkStopped`; `FileError` where the interpreter cannot be started.
  @discardableResult
  public func connect(stop: StopFlag) throws -> [RayNode] {
    let start = SuspendingClock.now
    try lock.withLock {
      _ = try runningBridge()
      while nodes.isEmpty {
        if stop.isRequested { throw WorkStopped() }
        _ = try runningBridge()
        guard (SuspendingClock.now - start) / .seconds(1) < Self.timeToConnect else {
          throw RayError(
            "the Ray cluster has not answered within \(Int(Self.timeToConnect)) s; look at it: ray status")
        }
        changed.wait(within: Self.slice)
      }
    }
    return lock.withLock { nodes }
  }

  /// Sends these images to each node before a worker starts there.
  ///
  /// The file must stay until ``finish()`` was called.
  public func ship(_ images: PackedImages) { lock.withLock { shipped = images } }

  /// The images that are sent to each node, to be named to the workers too; nil where nodes read the dataset.
  public var images: PackedImages? { lock.withLock { shipped } }

  /// Workers belong to no slot.
  public var areWorkersShared: Bool { true }

  /// Starts a worker where a node has room, however long that takes.
  public func launch(slot: Int, stop: StopFlag, isNeeded: () -> Bool) throws -> (any WorkerConnection)? {
    let worker = try lock.withLock { try spare.popLast() ?? requestWorker() }
    while try !worker.isStarted(within: Self.slice) {
      if stop.isRequested {
        worker.kill()
        throw WorkStopped()
      }
      if !isNeeded() {
        lock.withLock { spare.append(worker) }
        return nil
      }
    }
    return worker
  }

  /// Ends all workers and the bridge.
  public func finish() {
    let bridge = lock.withLock {
      isOver = true
      return self.bridge
    }
    bridge?.end(within: Self.timeToEnd)
  }

  // MARK: - Under the lock

  private func requestWorker() throws -> RayConnection {
    let bridge = try runningBridge()
    lastNumber += 1
    let worker = RayConnection(lastNumber, on: bridge)
    workers[worker.number] = worker
    bridge.say(.start(worker: worker.number, kind: kind, images: shipped))
    return worker
  }

  private func runningBridge() throws -> RayBridge {
    if let refusal { throw RayError(refusal) }
    if let bridge { return bridge }
    guard !isOver else { throw WorkStopped() }
    guard lossesInARow <= Self.mostLosses else {
      throw RayError(
        "the bridge to the Ray cluster was lost \(lossesInARow) times in a row; start it by hand and look at what it prints: "
          + command.joined(separator: " "))
    }
    let started = try RayBridge(command, environment: environment) { [weak self] in
      self?.take($0)
    } onEnd: { [weak self] in
      self?.bridgeEnded($0)
    }
    bridge = started
    return started
  }

  // MARK: - From the bridge's thread

  private func take(_ message: BridgeMessage) {
    switch message {
    case .hello(let versions):
      if !versions.overlaps(WorkerProtocol.versions) {
        refuse(
          "the bridge speaks protocol \(WorkerProtocol.words(of: versions)), expected \(WorkerProtocol.spoken);"
            + " install the same version of swift-pba in its Python as this program has")
      }
    case .bye(let reason): refuse("Ray: \(reason)")
    case .nodes(let found):
      let change = lock.withLock {
        defer {
          nodes = found
          changed.wakeAll()
        }
        return found != nodes && !nodes.isEmpty
      }
      if change { onNote("Ray: \(found.words)") }
    case .waiting(let worker, let reason):
      let subject: String? = lock.withLock {
        if running.contains(worker) { return "worker \(worker)" }
        guard workers[worker] != nil, running.isEmpty, !saysThatItWaits else { return nil }
        saysThatItWaits = true
        return "the search"
      }
      if let subject { onNote("Ray: \(subject) waits: \(reason)") }
    case .started(let worker, let host):
      let (connection, goesOn) = lock.withLock {
        defer { saysThatItWaits = false }
        lossesInARow = 0
        running.insert(worker)
        return (workers[worker], saysThatItWaits)
      }
      connection?.started(on: host)
      if goesOn { onNote("Ray: the search goes on, on \(host)") }
    case .line(let worker, let line): lock.withLock { workers[worker] }?.received(line)
    case .log(let worker, let text): onErrorLine(worker, text)
    case .ended(let worker, let end):
      let connection = lock.withLock {
        running.remove(worker)
        spare.removeAll { $0.number == worker }
        return workers.removeValue(forKey: worker)
      }
      connection?.ended(end.loss)
    }
  }

  private func refuse(_ reason: String) {
    lock.withLock {
      refusal = refusal ?? reason
      changed.wakeAll()
    }
  }

  private func bridgeEnded(_ reason: String) {
    let (lost, isNews) = lock.withLock {
      defer {
        (workers, running, spare) = ([:], [], [])
        bridge = nil
        nodes = []
        lossesInARow += 1
        changed.wakeAll()
      }
      return (workers.values, !isOver && refusal == nil)
    }
    if isNews { onNote("Ray: the bridge to the cluster \(reason); another one is started") }
    for worker in lost { worker.ended(WorkerLoss("lost its bridge, which \(reason)", counts: false)) }
  }
}

extension BridgeMessage.End {
  /// The loss of a worker; that of a node says nothing about the segment.
  fileprivate var loss: WorkerLoss {
    switch kind {
    case .worker: WorkerLoss("ended: \(reason)")
    case .actor: WorkerLoss("lost its actor: \(reason)")
    case .node: WorkerLoss("lost its node: \(reason)", counts: false)
    }
  }
}

extension [RayNode] {
  /// The nodes and what they have, as `2 nodes with 8 CPUs and 2 GPUs`.
  public var words: String {
    let cpus = reduce(0) { $0 + $1.cpus }
    let gpus = reduce(0) { $0 + $1.gpus }
    return "\(counted(count, "node")) with \(number(cpus)) CPUs"
      + (gpus > 0 ? " and \(number(gpus)) GPUs" : "")
  }

  private func number(_ value: Double) -> String {
    value == value.rounded() ? "\(Int(value))" : "\(value)"
  }
}
