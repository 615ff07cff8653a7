import ArgumentParser
import Policies

/// Options that say what a training applies to its images.
package struct PolicyOptions: ParsableArguments {
  @Option(\.policy) var policy: String?
  @Option(\.policyOrder) var policyOrder: PolicyOrder?

  package init() {}
}
