import Files
import Foundation
import RunStore
import Threads
import Torch

/// Starts workers as processes of this machine.
public struct ProcessLauncher: WorkerLauncher {
  private let command: [String]
  private let devices: [Device]
  private let environment: [String: String]
  private let onErrorLine: @Sendable (_ slot: Int, _ line: String) -> Void

  /// A launcher of one command.
  ///
  /// - Parameters:
  ///   - command: the path of the program, or its name on the search path, and its arguments.
  ///   - devices: what the slots are spread over.
  ///   - environment: the variables that the workers get, beside the one that names their GPU.
  ///   - onErrorLine: called with each line that a worker writes to standard error, from the thread of its slot.
  public init(
    command: [String], devices: [Device],
    environment: [String: String] = ProcessInfo.processInfo.environment,
    onErrorLine: @escaping @Sendable (_ slot: Int, _ line: String) -> Void = { _, _ in }
  ) {
    self.command = command
    self.devices = devices
    self.environment = environment
    self.onErrorLine = onErrorLine
  }

  /// Starts the worker of a slot; it sees the GPU of its slot alone.
  public func launch(slot: Int, stop: StopFlag, isNeeded: () -> Bool) throws -> (any WorkerConnection)? {
    let device = TrainingExecutor.device(ofSlot: slot, among: devices)
    let visible = try VisibleDevice(device, among: environment[VisibleDevice.variable])
    var environment = environment
    if let name = visible.name { environment[VisibleDevice.variable] = name }
    let process = try ChildProcess(command, environment: environment) { [onErrorLine] in onErrorLine(slot, $0)
    }
    return ProcessConnection(process: process, slot: slot)
  }

  /// The device of a slot as its worker sees it.
  public func device(ofSlot slot: Int) -> Device {
    VisibleDevice.seen(TrainingExecutor.device(ofSlot: slot, among: devices))
  }
}

/// How a process is made to see one GPU alone.
package struct VisibleDevice: Hashable {
  /// The variable in which CUDA looks for the GPUs that a process may see.
  package static let variable = "CUDA_VISIBLE_DEVICES"

  /// What the variable is set to; nil where it stays as it is.
  package let name: String?
  /// The device as the process sees it.
  package let device: Device

  /// A device of this process.
  ///
  /// - Parameters:
  ///   - device: the device as this process sees it.
  ///   - list: the variable of this process; nil where it is not set.
  /// - Throws: `SettingError` where the list does not have the device.
  package init(_ device: Device, among list: String?) throws {
    self.device = Self.seen(device)
    guard case .cuda(let index) = device else {
      name = nil
      return
    }
    guard let list else {
      name = "\(index)"
      return
    }
    // The first that is none ends the list, such as -1.
    let names = list.split(separator: ",", omittingEmptySubsequences: false)
      .map { $0.filter { !$0.isWhitespace } }.prefix { !$0.isEmpty && !$0.hasPrefix("-") }
    guard names.indices.contains(index) else {
      throw SettingError(
        "device", found: "cuda:\(index)",
        expected: names.isEmpty
          ? "cpu, as \(Self.variable) is '\(list)', which leaves no GPU to this program"
          : "one up to cuda:\(names.count - 1), as \(Self.variable) is '\(list)'")
    }
    name = names[index]
  }

  /// A device of this process as one sees it that sees no other.
  static func seen(_ device: Device) -> Device {
    if case .cuda = device { .cuda(0) } else { device }
  }
}

/// The connection to a worker that is a process of this machine.
struct ProcessConnection: WorkerConnection {
  let process: ChildProcess
  let slot: Int

  var name: String { "worker \(slot) (process \(process.pid))" }

  func send(_ line: String) throws(WorkerLoss) { try process.send(line) }

  func receive(within seconds: Double) throws(WorkerLoss) -> String? { try process.receive(within: seconds) }

  func waitForEnd(within seconds: Double) -> Bool {
    process.closeInput()
    return process.waitForEnd(within: seconds)
  }

  func beginKill() { process.beginKill() }

  func kill() { process.kill() }
}
