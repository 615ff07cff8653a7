import Policies
import Synchronization

/// The policies of a journal that were read lately, with their numbers there.
///
/// A generation's segments are read several times and share most of their policies with the one before. An entry of the
/// table `policy` never changes, so what was read once stays true; what an open transaction wrote is not taken up.
final class PolicyTable: Sendable {
  private struct Entries {
    var policies: [Int64: Policy] = [:]
    var identifiers: [Policy: Int64] = [:]
  }

  private let entries = Mutex(Entries())
  /// A search of many trials has thousands of policies in each few generations and never needs most of them again.
  private static let most = 4096

  func policy(_ identifier: Int64) -> Policy? { entries.withLock { $0.policies[identifier] } }

  func identifier(of policy: Policy) -> Int64? { entries.withLock { $0.identifiers[policy] } }

  func add(_ policy: Policy, _ identifier: Int64) {
    entries.withLock { entries in
      if entries.policies.count >= Self.most { entries = Entries() }
      entries.policies[identifier] = policy
      entries.identifiers[policy] = identifier
    }
  }
}
