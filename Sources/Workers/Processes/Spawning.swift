import CFileSystems
import Files
import Foundation

/// Two ends that no other child of this program gets.
struct Pipe {
  let readEnd: Int32
  let writeEnd: Int32

  /// Makes a pipe.
  ///
  /// - Parameter name: the program that it is for, for the error.
  /// - Throws: ``FileError`` with the system's reason.
  init(for name: String) throws {
    var ends: [Int32] = [-1, -1]
    // Each worker takes three, and the usual limit is for programs that need few.
    guard Self.make(&ends) || errno == EMFILE && Self.raiseLimit() && Self.make(&ends) else {
      throw FileError(path: name, action: "start it", reason: systemReason(errno))
    }
    (readEnd, writeEnd) = (ends[0], ends[1])
  }

  private static func make(_ ends: inout [Int32]) -> Bool {
    #if canImport(Darwin)
      guard pipe(&ends) == 0 else { return false }
      for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
      return true
    #else
      return private_pipe(&ends) == 0
    #endif
  }

  /// Lets this process have as many open files as the system allows it; false where that are no more.
  private static func raiseLimit() -> Bool {
    #if canImport(Darwin)
      let files = RLIMIT_NOFILE
    #else
      let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    #endif
    var limit = rlimit()
    guard getrlimit(files, &limit) == 0, limit.rlim_cur < limit.rlim_max else { return false }
    limit.rlim_cur = limit.rlim_max
    return setrlimit(files, &limit) == 0
  }

  /// Writes a byte that says nothing.
  func put() {
    while write(writeEnd, [0], 1) == -1, errno == EINTR {}
  }

  /// Reads that byte.
  func take() {
    var byte: UInt8 = 0
    while systemRead(readEnd, &byte, 1) == -1, errno == EINTR {}
  }

  func close() {
    systemClose(readEnd)
    systemClose(writeEnd)
  }
}

extension ChildProcess {
  /// Starts a program as the leader of a group of its own.
  ///
  /// - Parameters:
  ///   - command: the program and its arguments.
  ///   - environment: the program's environment.
  ///   - channels: what becomes its standard input, output and error.
  /// - Returns: the number of the process.
  /// - Throws: ``FileError`` with the system's reason.
  static func spawn(_ command: [String], _ environment: [String: String], channels: [Int32]) throws -> pid_t {
    _ = noticesEnds
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
      var attributes: posix_spawnattr_t?
    #else
      var actions = posix_spawn_file_actions_t()
      var attributes = posix_spawnattr_t()
    #endif
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    for (target, channel) in channels.enumerated() {
      posix_spawn_file_actions_adddup2(&actions, channel, Int32(target))
    }
    // What this program does about signals, and this thread lets wait, is not the other's.
    var none = sigset_t()
    sigemptyset(&none)
    var usual = sigset_t()
    sigemptyset(&usual)
    for signal in [SIGPIPE, SIGINT, SIGTERM, SIGXFSZ, SIGCHLD] { sigaddset(&usual, signal) }
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &usual)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    let words = command.map { strdup($0) } + [nil]
    let variables = environment.map { strdup("\($0)=\($1)") } + [nil]
    defer { for text in words + variables { free(text) } }
    var pid: pid_t = 0
    let code = posix_spawnp(&pid, command.first ?? "", &actions, &attributes, words, variables)
    guard code == 0 else {
      throw FileError(path: command.first ?? "", action: "start it", reason: systemReason(code))
    }
    return pid
  }
}

/// Whoever started this program may have had it ignore the ends of children; then the system says nothing of them.
private let noticesEnds: Void = {
  var action = sigaction()
  sigaction(SIGCHLD, nil, &action)
  #if canImport(Darwin)
    let handler = action.__sigaction_u.__sa_handler
  #else
    let handler = action.__sigaction_handler.sa_handler
  #endif
  let ignores = unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  if ignores || action.sa_flags & Int32(SA_NOCLDWAIT) != 0 { signal(SIGCHLD, SIG_DFL) }
}()

/// Calls a body that writes to a pipe; where nobody reads the other end, that is an error and no signal.
func withoutBrokenPipeSignal(_ body: () -> Int) -> Int {
  #if canImport(Darwin)
    return body()
  #else
    var signals = sigset_t()
    var before = sigset_t()
    var pending = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGPIPE)
    sigpending(&pending)
    let waits = sigismember(&pending, SIGPIPE) == 1
    pthread_sigmask(SIG_BLOCK, &signals, &before)
    let result = body()
    let code = errno
    if result < 0, code == EPIPE, !waits {
      // The signal is this thread's own, and is taken before it is let through again.
      var now = timespec()
      while sigtimedwait(&signals, nil, &now) == -1, errno == EINTR {}
    }
    pthread_sigmask(SIG_SETMASK, &before, nil)
    errno = code
    return result
  #endif
}

// Methods of the same names hide these.

func systemPoll(_ channels: UnsafeMutablePointer<pollfd>, _ count: nfds_t, _ milliseconds: Int32) -> Int32 {
  poll(channels, count, milliseconds)
}

func systemRead(_ file: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
  read(file, buffer, count)
}

func systemKill(_ process: pid_t, _ signal: Int32) -> Int32 { kill(process, signal) }

func systemClose(_ file: Int32) { close(file) }
