import Foundation
import Policies

/// The policies of a journal that were read lately, with their numbers there.
///
/// A generation's segments are read several times and share most of their policies with the one before. An entry of the
/// table `policy` never changes, so what was read once stays true; what an open transaction wrote is not taken up.
final class PolicyTable: @unchecked Sendable {
  // The lock guards every variable below, so sharing the object is safe.
  private let lock = NSLock()
  private var policies: [Int64: Policy] = [:]
  private var identifiers: [Policy: Int64] = [:]
  /// A search of many trials has thousands of policies in each few generations and never needs most of them again.
  private static let most = 4096

  func policy(_ identifier: Int64) -> Policy? { lock.withLock { policies[identifier] } }

  func identifier(of policy: Policy) -> Int64? { lock.withLock { identifiers[policy] } }

  func add(_ policy: Policy, _ identifier: Int64) {
    lock.withLock {
      if policies.count >= Self.most { (policies, identifiers) = ([:], [:]) }
      policies[identifier] = policy
      identifiers[policy] = identifier
    }
  }
}
