// SPDX-License-Identifier: Apache-2.0
// OpenSSL 3: digests and HMAC of libcrypto, TLS of libssl. What OpenSSL has as macros is not visible to Swift: one function each.
#pragma once
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

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

// A certificate's key may bring a curve of its own (explicit parameters, which RFC 5480, section 2.1.1, forbids there). Its arithmetic
// takes OpenSSL a third of a second for 399 bytes, as soon as the message is read: before anything is verified. Of a message with such
// a key nothing is read, as its list is made longer than it is. To be called in a callback for messages, which comes first.
static inline void belay_tls_refuse_own_curves(const void *message, size_t count) {
  static const unsigned char field[] = {0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x01}; // id-fieldType of ANSI X9.62
  unsigned char *bytes = (unsigned char *)message;
  if (count < 8 || bytes[0] != SSL3_MT_CERTIFICATE) return;
  for (size_t at = 4; at + sizeof field <= count; at++) {
    size_t same = 0;
    while (same < sizeof field && bytes[at + same] == field[same]) same++;
    if (same == sizeof field) {
      bytes[4] = bytes[5] = bytes[6] = bytes[7] = 0xFF;
      return;
    }
  }
}

static inline void belay_on_tls_message(
    int is_sent, int version, int type, const void *message, size_t count, SSL *ssl, void *unused) {
  (void)version, (void)ssl, (void)unused;
  if (!is_sent && type == SSL3_RT_HANDSHAKE) belay_tls_refuse_own_curves(message, count);
}

static inline void belay_ssl_ctx_refuse_own_curves(SSL_CTX *context) { SSL_CTX_set_msg_callback(context, belay_on_tls_message); }

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
