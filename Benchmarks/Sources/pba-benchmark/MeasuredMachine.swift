import Augmentation
import Command
import Foundation
import Text
import Threads
import Torch

/// The machine and the versions that figures belong to.
struct MeasuredMachine: Encodable {
  let processor: String
  let cores: Int
  let system: String
  /// The instructions that work on pixels.
  let pixelInstructions: String
  /// The inner loops of training.
  let kernels: String
  /// Names and versions of this program and of what it runs on.
  let versions: [String: String]

  /// The machine that this program runs on; with a rival its versions too.
  static func current(with rival: RivalProcess? = nil) -> MeasuredMachine {
    let own = ["pba": Version.text, "libtorch": Runtime.version ?? "unknown"]
    return MeasuredMachine(
      processor: processorName(), cores: CoreCount.usable,
      system: ProcessInfo.processInfo.operatingSystemVersionString,
      pixelInstructions: InstructionSet.chosen.rawValue, kernels: Runtime.kernels,
      versions: own.merging(rival?.versions ?? [:]) { own, _ in own })
  }

  /// One line for people.
  var text: String {
    let named = versions.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
    let own = [
      processor, counted(cores, "usable core"), "\(pixelInstructions) for pixels",
      "\(kernels) for training", system,
    ]
    return (own + named).joined(separator: ", ")
  }

  private static func processorName() -> String {
    let information = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let line = information.split(separator: "\n").first { $0.hasPrefix("model name") }
    guard let name = line?.split(separator: ":", maxSplits: 1).last else { return "unknown processor" }
    return name.trimmingCharacters(in: .whitespaces)
  }
}
