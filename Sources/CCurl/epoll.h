// SPDX-License-Identifier: Apache-2.0
// Swift's Glibc module leaves the epoll headers out.
#pragma once
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

// The port that a socket is bound to; 0 when it has none.
static inline int belay_local_port(int socket) {
  struct sockaddr_storage address;
  socklen_t size = sizeof address;
  if (getsockname(socket, (struct sockaddr *)&address, &size) != 0) return 0;
  switch (address.ss_family) {
  case AF_INET: return ntohs(((struct sockaddr_in *)&address)->sin_port);
  case AF_INET6: return ntohs(((struct sockaddr_in6 *)&address)->sin6_port);
  default: return 0;
  }
}

// Whether a socket is connected to this address, as inet_ntop(3) writes it, and port.
static inline int belay_has_peer(int socket, const char *name, int port) {
  struct sockaddr_storage address;
  socklen_t size = sizeof address;
  char text[INET6_ADDRSTRLEN];
  if (!name || getpeername(socket, (struct sockaddr *)&address, &size) != 0) return 0;
  const struct sockaddr_in *four = (struct sockaddr_in *)&address;
  const struct sockaddr_in6 *six = (struct sockaddr_in6 *)&address;
  int isIPv4 = address.ss_family == AF_INET;
  if (ntohs(isIPv4 ? four->sin_port : six->sin6_port) != port) return 0;
  const void *number = isIPv4 ? (const void *)&four->sin_addr : (const void *)&six->sin6_addr;
  return inet_ntop(address.ss_family, number, text, sizeof text) && strcmp(text, name) == 0;
}

// Whether something is there to be read, be it the end, without reading it.
static inline int belay_is_readable(int socket) {
  char byte;
  return recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0 || (errno != EAGAIN && errno != EINTR);
}

// Ends a connection for both sides and throws away what has come, so that nothing is left to be read but the end. What comes
// later is answered with a reset.
static inline void belay_shut(int socket) {
  char bytes[4096];
  shutdown(socket, SHUT_RDWR);
  while (recv(socket, bytes, sizeof bytes, MSG_DONTWAIT) > 0) {}
}

// How many bytes a TCP socket has sent since it was opened, with retransmissions; 0 when it cannot tell (before
// Linux 4.19). It is `tcpi_bytes_sent` of the kernel's `struct tcp_info` (linux/tcp.h), which glibc's lacks.
static inline unsigned long long belay_bytes_sent(int socket) {
  unsigned long long info[32] = {0};
  socklen_t size = sizeof info;
  if (getsockopt(socket, IPPROTO_TCP, TCP_INFO, info, &size) != 0) return 0;
  return info[25];
}
