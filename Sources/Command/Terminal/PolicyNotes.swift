import Augmentation
import Policies
import Text

/// Prints notes on what may be unexpected of a policy in a training of so many epochs.
///
/// - Parameters:
///   - choice: the policy.
///   - order: how it is played.
///   - name: what the policy is called.
///   - epochs: the length of the training.
/// - Throws: `PolicyError` where the schedule cannot be stretched.
func noteSurprises(of choice: PolicyChoice, order: PolicyOrder, name: String, epochs: Int) throws {
  guard let schedule = choice.schedule else { return }
  if let after = schedule.unfinishedAfter {
    printNote("\(name) is of a search that had not ended: it was written after \(counted(after, "epoch"))")
  }
  guard order != .last else { return }  // which plays one of its policies on purpose
  let played = try schedule.stretched(to: epochs).segments.count
  if played < schedule.segments.count {
    printNote(
      "\(name): of its \(schedule.segments.count) policies \(played) \(played == 1 ? "is" : "are") played in \(counted(epochs, "epoch")); those that come to"
        + " less than one epoch are left out")
  }
}
