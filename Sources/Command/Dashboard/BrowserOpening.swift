import Foundation

/// Opens an address in the user's browser; false where there is none to open.
///
/// The shell starts it in the background, so that nothing is waited for.
func openInBrowser(_ address: String) -> Bool {
  #if canImport(Darwin)
    let opener = "open"
  #else
    let opener = "xdg-open"
  #endif
  let script = "command -v \(opener) >/dev/null || exit 1; \(opener) \"$1\" </dev/null >/dev/null 2>&1 &"
  let words = ["/bin/sh", "-c", script, "sh", address]
  var arguments = words.map { strdup($0) } + [nil]
  defer { arguments.forEach { free($0) } }
  var process = pid_t()
  guard posix_spawn(&process, words[0], nil, nil, &arguments, environ) == 0 else { return false }
  var status: Int32 = 0
  while waitpid(process, &status, 0) < 0 {
    guard errno == EINTR else { return false }
  }
  return status == 0
}
