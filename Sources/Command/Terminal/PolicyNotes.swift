import Text
import Augmentation
import Policies

/// Says what somebody may not expect of a policy in a training of so many epochs.
///
/// - Parameter name: what the policy is called.
func noteSurprises(of choice: PolicyChoice, name: String, epochs: Int) throws {
  guard let schedule = choice.schedule else { return }
  if let after = schedule.unfinishedAfter {
    printNote("\(name) is of a search that had not ended: it was written after \(counted(after, "epoch"))")
  }
  let played = try schedule.stretched(to: epochs).segments.count
  if played < schedule.segments.count {
    printNote(
      "\(name): of its \(schedule.segments.count) policies \(played) \(played == 1 ? "is" : "are") played in \(counted(epochs, "epoch")); those that come to"
        + " less than one epoch are left out")
  }
}
