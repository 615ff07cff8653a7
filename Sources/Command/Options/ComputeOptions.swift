import ArgumentParser
import Torch
import Training

/// Where a checkpoint's network is computed, and with how many threads.
struct ComputeOptions: ParsableArguments {
  @Option(help: "Where to compute: auto, cpu, cuda, cuda:N.")
  var device = Settings.automatic

  @Option(parsing: .unconditional, help: "Threads of one operation. (default: all cores)")
  var threads: Int?

  /// The device and the number of threads, checked.
  func resolved() throws -> (device: Device, threads: Int) {
    let threads = threads ?? Settings.cores
    let options = Settings {
      $0.threads = self.threads
      $0.device = device
    }.typed()
    return try options.naming {
      try Recipe(threads: threads).validate()
      return (try options.resolvedDevice(), threads)
    }
  }
}
