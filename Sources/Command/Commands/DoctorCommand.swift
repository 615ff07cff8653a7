import ArgumentParser
import Augmentation
import Datasets
import Foundation
import Text
import Torch
import Training
import Workers

/// `pba doctor`: what is installed, found, usable.
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Show what is installed, found and usable on this machine, or on a cluster.")

  @Option(name: .customLong("data-dir"), help: "The folder with datasets.")
  var dataDirectory = Settings.defaultDataPlace

  @Option(
    help: ArgumentHelp(
      "Show what each node of a Ray cluster has, in place of this machine: auto, or the cluster's address.",
      valueName: "auto|host:port"))
  var ray: String?

  @Flag(help: "Print the result as JSON.")
  var json = false

  struct Report: Encodable {
    let version: String
    /// The version that is loaded.
    let libtorch: String
    /// The version that the program was compiled for.
    let builtFor: String
    let cores: Int
    let memoryBytes: UInt64
    /// The inner loops of training on the processor.
    let kernels: String
    /// The instructions that work on pixels.
    let pixelInstructions: String
    let cudaDevices: Int
    /// How training steps reach a CUDA device: recorded as graphs, or why not.
    let cudaGraphs: String
    let training: String
    let datasets: [String: String]
  }

  func run() throws {
    if let ray {
      try PythonInterpreter().become(arguments: RayPlaces(ray).doctorArguments + (json ? ["--json"] : []))
    }
    let datasets = DatasetFamily.all.compactMap(\.plain).map { spec -> (String, String) in
      switch spec.status(dataDirectory: dataDirectory) {
      case .found(let folder, let form): (spec.name, "found in \(folder) (\(form))")
      case .incomplete(let folder, let missing, let cure):
        (spec.name, "incomplete in \(folder), without \(missing.joined(separator: ", ")): \(cure)")
      case .missing(_, let cure): (spec.name, "not found: \(cure)")
      case .generated: (spec.name, "made by the program")
      }
    }
    let report = Report(
      version: Version.text, libtorch: Self.libtorch(), builtFor: Runtime.builtVersion,
      cores: Settings.cores,
      memoryBytes: ProcessInfo.processInfo.physicalMemory,
      kernels: Runtime.kernels.isEmpty ? Self.unknown : Runtime.kernels,
      pixelInstructions: InstructionSet.chosen.rawValue,
      cudaDevices: Runtime.cudaDeviceCount(),
      cudaGraphs: Self.cudaGraphs(), training: Self.trainOneStep(),
      datasets: Dictionary(datasets) { first, _ in first })
    if json {
      try printJSON(report)
    } else {
      printResult("pba            \(report.version)")
      printResult(
        "libtorch       \(report.libtorch)"
          + (report.libtorch == report.builtFor || report.kernels == Self.unknown
            ? "" : "; this program was built for \(report.builtFor): build it again, or load that version"))
      printResult(
        "processor      \(counted(report.cores, "core")), \(gigabytes(Double(report.memoryBytes))) of memory"
      )
      printResult(
        "kernels        \(report.kernels == "plain" ? "libtorch's own" : report.kernels) for training, "
          + "\(report.pixelInstructions) for pixels")
      printResult("CUDA           \(counted(report.cudaDevices, "usable device"))")
      printResult("CUDA graphs    \(report.cudaGraphs)")
      printResult("training       \(report.training)")
      for (name, words) in datasets { printResult("\(padded(name, 15))\(words)") }
    }
    guard report.training == Self.works, report.libtorch == report.builtFor else { throw ExitCode.failure }
  }

  private static let works = "works"
  private static let unknown = "unknown"

  /// The version of the libtorch that is loaded, or why none is.
  private static func libtorch() -> String {
    do {
      try Runtime.load()
      return Runtime.version ?? unknown
    } catch {
      return "\(error)"
    }
  }

  /// Whether the second library does its part, and what to do where it does not.
  private static func cudaGraphs() -> String {
    if let obstacle = Recording.obstacle { return "not used: \(obstacle)" }
    do {
      switch try DevicePath.chosen() {
      case .graph: return "used: a training step is recorded once and replayed"
      case .plain: return "not used: \(DevicePath.variable) is plain"
      }
    } catch {
      return explained(error)
    }
  }

  /// Trains a small layer for one step, so that a broken libtorch shows here first.
  private static func trainOneStep() -> String {
    do {
      try Runtime.setThreads(Settings.cores)
      let variables = Variables(generator: try Generator(seed: 0))
      let layer = try Convolution(variables.root["conv"], inputs: 3, outputs: 4, kernel: 3)
      try variables.flatten()
      let optimizer = try NesterovSGD(variables, weightDecay: 0)
      let labels = try Tensor([0, 1] as [Int64], shape: [2])
      let loss = try layer(Tensor.full([2, 3, 8, 8], 1)).globalAverage().crossEntropy(labels)
      try loss.backward()
      try optimizer.step(learningRate: 0.1)
      return try loss.item().isFinite ? works : "gives no finite loss"
    } catch {
      return "\(error)"
    }
  }
}
