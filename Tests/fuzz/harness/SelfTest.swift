import Foundation

/// No reader: what the fuzzer must find, so that one which notices nothing is noticed.
let selfTest = Reader("self-test") { bytes in
  switch String(decoding: bytes, as: UTF8.self) {
  case "trap": _ = bytes[bytes.count]
  case "write past the end":
    let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: 8)
    memory[bytes.count - 10] = 1
    // Whoever may look at the memory makes the write one that cannot be left out.
    _ = write(-1, memory, 8)
    memory.deallocate()
  case "leak": UnsafeMutablePointer<UInt8>.allocate(capacity: bytes.count * 100).initialize(to: 1)
  case "memory": malloc(1 << 30)?.deallocate()
  case "hang": while bytes.count > 0 { usleep(1000) }
  default: break
  }
}
