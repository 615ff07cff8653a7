import Policies

/// Says what somebody may not expect of a policy in a training of so many epochs.
///
/// - Parameter name: what the policy is called.
func noteSurprises(of choice: PolicyChoice, name: String, epochs: Int) throws {
  guard let schedule = choice.schedule else { return }
  if let after = schedule.unfinishedAfter {
    printNote("\(name) is of a search that had not ended: it was written after \(after) epochs")
  }
  let played = try schedule.stretched(to: epochs).segments.count
  if played < schedule.segments.count {
    printNote(
      "\(name): of its \(schedule.segments.count) policies \(played) are played in \(epochs) epochs; those that come to"
        + " less than one epoch are left out")
  }
}
