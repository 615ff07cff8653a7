import ArgumentParser
import Files
import Text
import Workers

/// Where on a Ray cluster a search trains; not recorded in a run, as it has no effect on the result.
struct RayOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Train on a Ray cluster: auto for the one of this machine, or its address. Not recorded: give it again on a resume.",
      valueName: "auto|host:port"))
  var ray: String?

  @Option(
    help: ArgumentHelp(
      "The CPUs that a trial takes of its node, with --ray. (default: \(RayPlaces.usualCPUs))",
      valueName: "number"))
  var cpusPerTrial: Double?

  @Option(
    help: ArgumentHelp(
      "The GPUs that a trial takes of its node, with --ray, such as 1, or 0.25 for four trials on each. (default: 0)",
      valueName: "number"))
  var gpusPerTrial: Double?

  @Option(
    help: ArgumentHelp(
      "Send this folder to every node, with --ray: it holds the trainer's file and what that imports.",
      valueName: "folder"))
  var ship: String?

  @Option(
    help: ArgumentHelp(
      "Send the wheel of swift-pba to every node and use it there, with --ray. (default: what is installed there)",
      valueName: "wheel"))
  var shipWheel: String?

  @Flag(
    help:
      "Send the images to every node once, with --ray; otherwise each node reads them by the same path. Not with --trainer."
  )
  var shipData = false

  func validate() throws {
    if ray == nil {
      let others: [(String, Any?)] = [
        ("cpus-per-trial", cpusPerTrial), ("gpus-per-trial", gpusPerTrial), ("ship", ship),
        ("ship-wheel", shipWheel), ("ship-data", shipData ? true : nil),
      ]
      if let (name, _) = others.first(where: { $0.1 != nil }) {
        throw ValidationError(
          "--\(name): found it without --ray, to which it belongs; give --ray auto, or leave it out")
      }
    }
    if let cpusPerTrial, !Self.isShare(cpusPerTrial) {
      throw ValidationError(
        "--cpus-per-trial: found \(cpusPerTrial), expected a number such as 1 or 0.5, at least \(Self.least)")
    }
    if let gpusPerTrial, !Self.isShare(gpusPerTrial) || gpusPerTrial > 1 && !gpusPerTrial.isWhole {
      throw ValidationError(
        "--gpus-per-trial: found \(gpusPerTrial), expected a share of one GPU, such as 0.25, at least \(Self.least), or a"
          + " whole number")
    }
    if cpusPerTrial == 0, gpusPerTrial ?? 0 == 0 {
      throw ValidationError(
        "--cpus-per-trial: found 0 without --gpus-per-trial, expected something that limits how many train on a node"
      )
    }
  }

  /// More CPUs than any machine has.
  private static let most = 10_000.0
  /// The smallest share that is given away; Ray counts no less than a tenth of it.
  private static let least = 0.001

  /// Whether a trial can take so much of its node, or nothing.
  private static func isShare(_ number: Double) -> Bool {
    number == 0 || (least...most).contains(number)
  }

  /// The places that were asked for; nil without a cluster.
  var places: RayPlaces? {
    ray.map {
      RayPlaces(
        $0, cpus: cpusPerTrial ?? RayPlaces.usualCPUs, gpus: gpusPerTrial ?? 0,
        code: ship.map(HomeFolder().expanding), wheel: shipWheel.map(HomeFolder().expanding),
        shipsImages: shipData)
    }
  }
}

extension RayPlaces {
  /// The arguments of the interpreter that start the bridge to the cluster.
  var bridgeArguments: [String] {
    var arguments = [
      "-m", "swift_pba.cluster.bridge", "--address", address, "--cpus-per-trial", "\(cpus)",
      "--gpus-per-trial", "\(gpus)",
    ]
    if let code { arguments += ["--ship", code] }
    if let wheel { arguments += ["--ship-wheel", wheel] }
    return arguments
  }

  /// The arguments of the interpreter that show what the nodes have.
  var doctorArguments: [String] { ["-m", "swift_pba.cluster.doctor", "--address", address] }

  /// The options that say the same, with a space in front.
  var commandLine: String {
    var words = " --ray \(quoted(address))"
    if cpus != Self.usualCPUs { words += " --cpus-per-trial \(cpus)" }
    if gpus != 0 { words += " --gpus-per-trial \(gpus)" }
    if let code { words += " --ship \(quoted(code))" }
    if let wheel { words += " --ship-wheel \(quoted(wheel))" }
    if shipsImages { words += " --ship-data" }
    return words
  }
}

extension Double {
  fileprivate var isWhole: Bool { self == rounded() }
}
