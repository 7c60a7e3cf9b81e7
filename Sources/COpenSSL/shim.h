// SPDX-License-Identifier: Apache-2.0
// OpenSSL 3: digests and HMAC of libcrypto, TLS of libssl. What OpenSSL has as macros is not visible to Swift: one function each.
#pragma once
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <string.h>

static inline int belay_ssl_ctx_set_min_version(SSL_CTX *context, int version) {
  return SSL_CTX_set_min_proto_version(context, version);
}

static inline void belay_ssl_ctx_set_mode(SSL_CTX *context, long mode) { SSL_CTX_set_mode(context, mode); }

// No renegotiation, compression or tickets; ChaCha20 first for clients that put it first.
static inline void belay_ssl_ctx_restrict(SSL_CTX *context) {
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET | SSL_OP_CIPHER_SERVER_PREFERENCE
      | SSL_OP_PRIORITIZE_CHACHA);
}

static inline void belay_ssl_ctx_tell_messages(
    SSL_CTX *context, void (*callback)(int, int, int, const void *, size_t, SSL *, void *), void *argument) {
  SSL_CTX_set_msg_callback(context, callback);
  SSL_CTX_set_msg_callback_arg(context, argument);
}

// A call under way fails, and so does every later one. May be called while OpenSSL reads.
static inline void belay_ssl_give_up(SSL *ssl) {
  SSL_set_shutdown(ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  ERR_raise(ERR_LIB_SSL, SSL_R_TOO_MANY_KEY_UPDATES);
}

static inline int belay_contains(const unsigned char *bytes, size_t count, const unsigned char *part, size_t length) {
  for (size_t at = 0; at + length <= count; at++) {
    size_t same = 0;
    while (same < length && bytes[at + same] == part[same]) same++;
    if (same == length) return 1;
  }
  return 0;
}

// A certificate's key may bring a curve of its own (explicit parameters, which RFC 5480, section 2.1.1, forbids there). Its arithmetic
// takes OpenSSL a third of a second for 399 bytes, as soon as the message is read: before anything is verified. Of a message with such
// a key nothing is read.
static inline int belay_has_own_curve(const unsigned char *bytes, size_t count) {
  static const unsigned char field[] = {0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x01}; // id-fieldType of ANSI X9.62
  return belay_contains(bytes, count, field, sizeof field);
}

// A point of distribution may stand relative to its issuer's name (which RFC 5280, section 4.2.1.13, advises against): OpenSSL makes a
// copy of that name for each, 740 MB for 32 KB, as soon as it looks at the certificate. A name is not copied by reading it here.
static inline int belay_has_relative_points(const unsigned char *der, long count) {
  static const unsigned char points_id[] = {0x55, 0x1D, 0x1F}; // id-ce-cRLDistributionPoints
  if (!belay_contains(der, (size_t)count, points_id, sizeof points_id)) return 0;
  ERR_set_mark();
  X509 *certificate = d2i_X509(NULL, &der, count);
  void *points_found = certificate ? X509_get_ext_d2i(certificate, NID_crl_distribution_points, NULL, NULL) : NULL;
  CRL_DIST_POINTS *points = (CRL_DIST_POINTS *)points_found;
  int is_found = 0;
  for (int i = 0; i < sk_DIST_POINT_num(points); i++) {
    const DIST_POINT *point = sk_DIST_POINT_value(points, i);
    if (point->distpoint && point->distpoint->type == 1) is_found = 1;
  }
  CRL_DIST_POINTS_free(points);
  X509_free(certificate);
  ERR_pop_to_mark();
  return is_found;
}

// Of a Certificate message (RFC 5246, section 7.4.2; RFC 8446, section 4.4.2) that would cost too much to read, OpenSSL reads nothing: its
// list is made longer than it is. To be called in a callback for messages, which comes first.
static inline void belay_tls_refuse_costly_certificates(const void *message, size_t count, const SSL *ssl) {
  unsigned char *bytes = (unsigned char *)message;
  if (count < 8 || bytes[0] != SSL3_MT_CERTIFICATE) return;
  int is_13 = SSL_version(ssl) == TLS1_3_VERSION, is_costly = belay_has_own_curve(bytes + 4, count - 4);
  size_t at = 4 + (is_13 ? 1 + (size_t)bytes[4] : 0) + 3;
  while (!is_costly && at + 3 <= count) {
    size_t length = (size_t)bytes[at] << 16 | (size_t)bytes[at + 1] << 8 | bytes[at + 2];
    at += 3;
    if (length > count - at) break;
    is_costly = belay_has_relative_points(bytes + at, (long)length);
    at += length;
    if (is_13 && at + 2 <= count) at += 2 + ((size_t)bytes[at] << 8 | bytes[at + 1]);
  }
  if (is_costly) bytes[4] = bytes[5] = bytes[6] = bytes[7] = 0xFF;
}

static inline void belay_on_tls_message(
    int is_sent, int version, int type, const void *message, size_t count, SSL *ssl, void *unused) {
  (void)version, (void)unused;
  if (!is_sent && type == SSL3_RT_HANDSHAKE) belay_tls_refuse_costly_certificates(message, count, ssl);
}

static inline void belay_ssl_ctx_refuse_costly_certificates(SSL_CTX *context) {
  SSL_CTX_set_msg_callback(context, belay_on_tls_message);
}

// No Diffie-Hellman over primes: a server chooses them, up to 10,000 bits, of which each handshake takes a second (TLS 1.2), or names
// one of 8,192 (TLS 1.3). Whoever has forward secrecy has it over curves, too.
static inline void belay_ssl_ctx_refuse_long_primes(SSL_CTX *context) {
  // What is there, which a system's policy may have made shorter, but for those. Those of TLS 1.3 name no key exchange.
  STACK_OF(SSL_CIPHER) *ciphers = SSL_CTX_get_ciphers(context);
  char list[8192];
  size_t length = 0;
  for (int index = 0; index < sk_SSL_CIPHER_num(ciphers); index++) {
    const SSL_CIPHER *cipher = sk_SSL_CIPHER_value(ciphers, index);
    int exchange = SSL_CIPHER_get_kx_nid(cipher);
    const char *name = SSL_CIPHER_get_name(cipher);
    size_t count = strlen(name);
    if (exchange == NID_kx_any || exchange == NID_kx_dhe || exchange == NID_kx_dhe_psk) continue;
    if (length + count + 2 > sizeof list) break;
    memcpy(list + length, name, count);
    length += count;
    list[length++] = ':';
  }
  // Where nothing else is left, TLS 1.3 is.
  if (length > 0) {
    list[length - 1] = 0;
    SSL_CTX_set_cipher_list(context, list);
  } else {
    SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
  }
  // As OpenSSL 3.5 has it by default, a key of each kind goes along: who knows the first only by name would ask for another round.
  if (SSL_CTX_set1_groups_list(context, "?*X25519MLKEM768 / ?*X25519:?secp256r1 / ?secp384r1:?secp521r1") != 1)
    SSL_CTX_set1_groups_list(context, "X25519:P-256:P-384:P-521");
  ERR_clear_error();
}

// libcurl offers to show a certificate at any time after the handshake (RFC 8446, section 4.6.2), and OpenSSL answers each request for one
// within one read. Belay has none to show, and then the first request is an error.
static inline void belay_ssl_ctx_show_nothing_later(SSL_CTX *context) { SSL_CTX_set_post_handshake_auth(context, 0); }

// In bytes; OpenSSL takes 100 KiB, each certificate of which costs. What comes compressed would be looked at by nobody before it is read.
static inline void belay_ssl_ctx_limit_chains(SSL_CTX *context, long bytes) {
  SSL_CTX_set_max_cert_list(context, bytes);
#ifdef SSL_OP_NO_RX_CERTIFICATE_COMPRESSION
  SSL_CTX_set_options(context, SSL_OP_NO_RX_CERTIFICATE_COMPRESSION);
#endif
}

static inline void belay_ssl_ctx_cache_off(SSL_CTX *context) { SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF); }

static inline int belay_ssl_ctx_set_groups(SSL_CTX *context, const char *list) { return SSL_CTX_set1_groups_list(context, list); }

static inline int belay_ssl_ctx_add_chain(SSL_CTX *context, X509 *certificate) {
  return (int)SSL_CTX_add1_chain_cert(context, certificate);
}

// RFC 7301: http/1.1 where the client offers it. A client that offers only others is answered without ALPN, and decides itself.
static inline int belay_select_http1(
    SSL *ssl, const unsigned char **out, unsigned char *length, const unsigned char *in, unsigned int count, void *unused) {
  static const unsigned char wanted[] = "\x08http/1.1";
  (void)ssl, (void)unused;
  unsigned char *chosen = NULL;
  if (SSL_select_next_proto(&chosen, length, wanted, sizeof wanted - 1, in, count) != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_NOACK;
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

static inline void belay_ssl_ctx_offer_http1(SSL_CTX *context) {
  SSL_CTX_set_alpn_select_cb(context, belay_select_http1, NULL);
}

static inline void belay_bio_set_retry_read(BIO *bio) { BIO_set_retry_read(bio); }
static inline void belay_bio_clear_retry(BIO *bio) { BIO_clear_retry_flags(bio); }
static inline int belay_bio_type(void) { return BIO_get_new_index() | BIO_TYPE_SOURCE_SINK; }

static inline int belay_err_library(unsigned long code) { return ERR_GET_LIB(code); }
static inline int belay_err_reason(unsigned long code) { return ERR_GET_REASON(code); }

static inline int belay_x509_infos(const STACK_OF(X509_INFO) *infos) { return sk_X509_INFO_num(infos); }
static inline X509_INFO *belay_x509_info(const STACK_OF(X509_INFO) *infos, int index) { return sk_X509_INFO_value(infos, index); }
static inline void belay_x509_infos_free(STACK_OF(X509_INFO) *infos) { sk_X509_INFO_pop_free(infos, X509_INFO_free); }
