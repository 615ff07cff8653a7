import COpenSSL

/// The hash functions by which bytes are compared; OpenSSL's, which use the processor's instructions for them.
public enum HashFunction: Sendable {
  /// SHA-256: 32 bytes.
  case sha256
  /// MD5: 16 bytes. Only for sums that others published.
  case md5

  /// The length of a hash in bytes.
  public var byteCount: Int { Int(EVP_MD_get_size(implementation)) }

  /// The hash of some bytes.
  public func callAsFunction(_ bytes: some Sequence<UInt8>) -> [UInt8] {
    var hash = Hash(self)
    hash.update(bytes)
    return hash.finish()
  }

  fileprivate var implementation: OpaquePointer {
    switch self {
    case .sha256: Implementations.shared.sha256
    case .md5: Implementations.shared.md5
    }
  }
}

/// A hash of bytes that come in pieces.
public struct Hash: ~Copyable {
  private let context: OpaquePointer
  private let function: HashFunction

  /// Begins a hash of no bytes.
  public init(_ function: HashFunction) {
    self.function = function
    context = there(EVP_MD_CTX_new())
    succeed(EVP_DigestInit_ex2(context, function.implementation, nil))
  }

  deinit { EVP_MD_CTX_free(context) }

  /// Adds bytes at the end.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    succeed(EVP_DigestUpdate(context, bytes.baseAddress, bytes.count))
  }

  /// Adds bytes at the end.
  public mutating func update(_ bytes: some Sequence<UInt8>) {
    let context = context
    let added: Void? = bytes.withContiguousStorageIfAvailable {
      succeed(EVP_DigestUpdate(context, $0.baseAddress, $0.count))
    }
    if added == nil { update(Array(bytes)) }
  }

  /// The hash of all bytes, its first byte first.
  public consuming func finish() -> [UInt8] {
    let context = context
    return [UInt8](unsafeUninitializedCapacity: function.byteCount) { buffer, count in
      succeed(EVP_DigestFinal_ex(context, buffer.baseAddress, nil))
      count = buffer.count
    }
  }
}

/// Where OpenSSL keeps its functions: apart from those of the process, so that neither the system's configuration of
/// OpenSSL nor a policy without MD5 changes what a published sum is compared with.
private struct Implementations: @unchecked Sendable {
  // OpenSSL does not change what was fetched, and lets several threads use it.
  static let shared = Implementations()

  let sha256: OpaquePointer
  let md5: OpaquePointer

  private init() {
    let library = there(OSSL_LIB_CTX_new())
    _ = there(OSSL_PROVIDER_load(library, "default"))
    sha256 = there(EVP_MD_fetch(library, "SHA256", nil))
    md5 = there(EVP_MD_fetch(library, "MD5", nil))
  }
}

private func there(_ pointer: OpaquePointer?) -> OpaquePointer {
  guard let pointer else { preconditionFailure("OpenSSL lacks a hash function, or memory for it") }
  return pointer
}

private func succeed(_ code: CInt) {
  precondition(code == 1, "OpenSSL could not compute a hash")
}
