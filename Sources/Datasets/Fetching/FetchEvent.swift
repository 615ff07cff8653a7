/// What happens while a dataset is fetched.
public enum FetchEvent: Equatable, Sendable {
  /// A file is about to be fetched, of which so many bytes are there already.
  case begins(file: String, address: String, bytes: Int, present: Int)
  /// So many more bytes are there; fewer than none where a file is begun again.
  case progress(Int)
  /// Something worth a line.
  case note(String)
}
