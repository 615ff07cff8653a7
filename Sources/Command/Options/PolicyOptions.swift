import ArgumentParser
import Policies

/// Options that say what a training applies to its images.
struct PolicyOptions: ParsableArguments {
  @Option(
    help:
      "\(NamedPolicy.usages), or a schedule file, which is stretched to the epochs. See `pba policy list`. (default: none)"
  )
  var policy: String?

  @Option(help: "How a schedule is played: schedule, shuffled, last. (default: schedule)")
  var policyOrder: PolicyOrder?

  /// What the flags say.
  var settings: Settings {
    get throws { try Settings(policy: policy, policyOrder: policyOrder).typed() }
  }
}
