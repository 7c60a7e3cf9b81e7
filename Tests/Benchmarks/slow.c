// SPDX-License-Identifier: Apache-2.0
// The client of the benchmark's slow streams: opens STREAMS of them at once, keeps each until it ends, and measures how late every
// event is: the fake vendor writes the time of sending into it, and both have the same clock.
// Prints: RESULT completed failed events first_p50 first_p99 p50 p99 p999 max_gap_ms  (times of events in microseconds; those of the
// first second of a stream are not among p50 to p999: so long all the others are being opened)
// Usage: slow PORT PATH BODY_FILE STREAMS
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { buckets = 2000000, mark = 20, settling = 20 };  // delays by microsecond, up to two seconds

struct stream {
  char held[mark + 2];  // the end of what was read, where a mark may have begun
  int kept;
  int events, is_done;
  long last;
  int sent;
};

static unsigned delays[buckets + 1], firsts[buckets + 1];
static long total, settled, first_total, longest_gap;

static long nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000L + now.tv_nsec;
}

static double quantile(const unsigned *counts, long all, double q) {
  long wanted = (long)(q * all), seen = 0;
  for (int i = 0; i <= buckets; i++)
    if ((seen += counts[i]) > wanted) return i;
  return 0;
}

static void take(struct stream *s, const char *bytes, long now) {
  long sent = atol(bytes), late = (now - sent) / 1000;
  int bucket = late < 0 ? 0 : late > buckets ? buckets : late;
  if (s->events++ == 0) firsts[bucket]++, first_total++;
  else if (now - s->last > longest_gap) longest_gap = now - s->last;
  s->last = now;
  total++;
  if (s->events > settling) delays[bucket]++, settled++;
}

static void scan(struct stream *s, const char *bytes, int count, long now) {
  static char text[70000];
  memcpy(text, s->held, s->kept);
  memcpy(text + s->kept, bytes, count);
  count += s->kept;
  text[count] = 0;
  char *at = text, *end = text + count;
  while ((at = memchr(at, '@', end - at)) && end - at > mark) {
    take(s, at + 1, now);
    at += mark + 1;
  }
  if (memmem(text, count, "[DONE]", 6)) s->is_done = 1;
  const char *from = at ? at : count > 6 ? end - 6 : text;
  s->kept = end - from;
  memcpy(s->held, from, s->kept);
}

int main(int argc, char **argv) {
  if (argc != 5) return fprintf(stderr, "usage: slow PORT PATH BODY_FILE STREAMS\n"), 2;
  int wanted = atoi(argv[4]);
  static char body[1 << 20], request[(1 << 20) + 512];
  FILE *file = fopen(argv[3], "r");
  if (!file) return perror(argv[3]), 1;
  int size = fread(body, 1, sizeof body, file);
  int length = sprintf(request, "POST %s HTTP/1.1\r\nHost: benchmark\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", argv[2], size);
  memcpy(request + length, body, size);
  length += size;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  struct stream **streams = calloc(65536, sizeof *streams);
  int poll = epoll_create1(0), open = 0, started = 0, completed = 0, failed = 0, one = 1;
  struct epoll_event ready[512];
  long give_up = nanoseconds() + 120L * 1000000000L;
  while ((started < wanted || open > 0) && nanoseconds() < give_up) {
    // A few hundred at a time, so that no listener's backlog overflows.
    for (int burst = 0; burst < 100 && started < wanted; burst++, started++) {
      int fd = socket(AF_INET, SOCK_STREAM, 0);
      if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address)) {
        if (fd >= 0) close(fd);
        failed++;
        continue;
      }
      setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
      if (send(fd, request, length, MSG_NOSIGNAL) != length) { close(fd); failed++; continue; }
      streams[fd] = calloc(1, sizeof(struct stream));
      struct epoll_event reading = {.events = EPOLLIN, .data.fd = fd};
      epoll_ctl(poll, EPOLL_CTL_ADD, fd, &reading);
      open++;
    }
    int count = epoll_wait(poll, ready, 512, started < wanted ? 5 : 1000);
    for (int i = 0; i < count; i++) {
      static char bytes[65536];
      int fd = ready[i].data.fd;
      struct stream *s = streams[fd];
      ssize_t got = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
      if (got < 0 && errno == EAGAIN) continue;
      if (got > 0) scan(s, bytes, got, nanoseconds());
      if (got <= 0 || s->is_done) {
        if (s->is_done) completed++; else failed++;
        close(fd);
        free(s);
        streams[fd] = NULL;
        open--;
      }
    }
  }
  printf("RESULT %d %d %ld %.0f %.0f %.0f %.0f %.0f %.1f\n", completed, failed + open, total, quantile(firsts, first_total, 0.5),
         quantile(firsts, first_total, 0.99), quantile(delays, settled, 0.5), quantile(delays, settled, 0.99), quantile(delays, settled, 0.999),
         longest_gap / 1e6);
  return 0;
}
