// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import NIOCore

/// The BIO between OpenSSL and the channel (BIO_meth_new(3)): it reads from one buffer and appends to another, so that ciphertext is
/// copied once in each direction.
final class Wire {
  var inbound = ByteBuffer()
  var outbound = ByteBuffer()
  /// After so many reads there is nothing to be read, for now.
  var readsLeft = Int.max

  /// Unchecked: made once, and not changed afterwards.
  @safe struct Method: @unchecked Sendable {
    let pointer: OpaquePointer?
  }

  static let method: Method = {
    let method = unsafe BIO_meth_new(belay_bio_type(), "belay")
    unsafe BIO_meth_set_read(method, onBIORead)
    unsafe BIO_meth_set_write(method, onBIOWrite)
    unsafe BIO_meth_set_ctrl(method, onBIOControl)
    return unsafe Method(pointer: method)
  }()
}

// OpenSSL calls these on the connection's event loop, with the BIO of a `Session`, which holds the wire for as long as it lives.

@c(belay_tls_bio_read)
func onBIORead(_ bio: OpaquePointer?, _ bytes: UnsafeMutablePointer<CChar>?, _ count: Int32) -> Int32 {
  guard let bio = unsafe bio, let bytes = unsafe bytes, let data = unsafe BIO_get_data(bio) else { return -1 }
  let wire = unsafe Unmanaged<Wire>.fromOpaque(data).takeUnretainedValue()
  unsafe belay_bio_clear_retry(bio)
  let length = min(Int(count), wire.inbound.readableBytes)
  guard length > 0, wire.readsLeft > 0 else {
    unsafe belay_bio_set_retry_read(bio)
    return -1
  }
  wire.readsLeft -= 1
  unsafe wire.inbound.readWithUnsafeReadableBytes { source in
    unsafe UnsafeMutableRawPointer(bytes).copyMemory(from: source.baseAddress!, byteCount: length)
    return length
  }
  return Int32(length)
}

@c(belay_tls_bio_write)
func onBIOWrite(_ bio: OpaquePointer?, _ bytes: UnsafePointer<CChar>?, _ count: Int32) -> Int32 {
  guard let bio = unsafe bio, let bytes = unsafe bytes, let data = unsafe BIO_get_data(bio) else { return -1 }
  let wire = unsafe Unmanaged<Wire>.fromOpaque(data).takeUnretainedValue()
  unsafe belay_bio_clear_retry(bio)
  unsafe wire.outbound.writeBytes(UnsafeRawBufferPointer(start: bytes, count: Int(count)))
  return count
}

@c(belay_tls_bio_control)
func onBIOControl(_ bio: OpaquePointer?, _ command: Int32, _ number: Int, _ pointer: UnsafeMutableRawPointer?) -> Int {
  command == BIO_CTRL_FLUSH ? 1 : 0
}
