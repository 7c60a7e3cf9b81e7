// SPDX-License-Identifier: Apache-2.0
// The fake vendor of the benchmark: answers every POST with canned bytes, as fast as one epoll loop can.
// A path with "/stream/" gets EVENTS server-sent events, each in a write of its own, so that a proxy meets them as a vendor would
// send them; one with "/slow/" gets one every INTERVAL ms, with the time of its sending in it; any other path gets one JSON body.
// Usage: vendor PORT EVENTS INTERVAL
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
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { max_fd = 65536, in_size = 16384, slots = 1000 };

struct connection {
  char in[in_size];
  int used;      // bytes of the request head and what follows it
  long body;     // request body bytes still to come; -1: the head is not complete
  int streams;   // whether the answer is a stream: 1 at once, 2 slowly
  int next;      // the next slow stream of the same millisecond
  int event;     // next event to send; -1: none is under way
  int offset;    // bytes of that event already sent
};

static struct connection *connections[max_fd];
static char *event_bytes;
static int event_size, events, interval;
// Slow streams by the millisecond in which their events are due; 0 ends a list.
static int due[slots];
static char json_bytes[8192];
static int json_size;

static const char stream_head[] =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nCache-Control: no-cache\r\n"
    "Transfer-Encoding: chunked\r\n\r\n";
static const char tail_payload[] =
    "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1758905148,\"model\":\"kimi-k2\","
    "\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
static char tail[1024];
static int tail_size;

static void prepare(void) {
  const char *payload =
      "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1758905148,\"model\":\"kimi-k2\","
      "\"system_fingerprint\":\"fpv0_0d1b2c3d\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"The quick brown "
      "fox \"},\"logprobs\":null,\"finish_reason\":null}]}\n\n";
  event_bytes = malloc(strlen(payload) + 32);
  event_size = sprintf(event_bytes, "%zx\r\n%s\r\n", strlen(payload), payload);
  tail_size = sprintf(tail, "%zx\r\n%s\r\n0\r\n\r\n", strlen(tail_payload), tail_payload);
  char body[4096];
  int size = sprintf(
      body,
      "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"created\":1758905148,\"model\":\"kimi-k2\",\"choices\":[{"
      "\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"functions.search:3\","
      "\"type\":\"function\",\"function\":{\"name\":\"search\",\"arguments\":\"{\\\"queries\\\": [\\\"digital "
      "transformation livestock\\\", \\\"IoT herd monitoring\\\"]}\"}}]},\"finish_reason\":\"tool_calls\"}],\"usage\":{"
      "\"prompt_tokens\":1210,\"completion_tokens\":42,\"total_tokens\":1252}}");
  json_size = sprintf(
      json_bytes, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", size, body);
}

static void drop(int poll, int fd) {
  epoll_ctl(poll, EPOLL_CTL_DEL, fd, NULL);
  // A stream that is still due somewhere is taken out of its list.
  if (connections[fd]->streams == 2 && connections[fd]->event >= 0)
    for (int slot = 0; slot < slots; slot++)
      for (int *link = &due[slot]; *link; link = &connections[*link]->next)
        if (*link == fd) { *link = connections[fd]->next; slot = slots; break; }
  close(fd);
  free(connections[fd]);
  connections[fd] = NULL;
}

static void watch(int poll, int fd, int for_output) {
  struct epoll_event event = {.events = EPOLLIN | (for_output ? EPOLLOUT : 0), .data.fd = fd};
  epoll_ctl(poll, EPOLL_CTL_MOD, fd, &event);
}

// Sends events until all are sent or the socket is full. Returns 0 when the connection failed.
static int pump(int poll, int fd, struct connection *c) {
  while (c->event <= events) {
    const char *bytes = c->event == events ? tail : event_bytes;
    int size = c->event == events ? tail_size : event_size;
    ssize_t sent = send(fd, bytes + c->offset, size - c->offset, MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno != EAGAIN) return 0;
      watch(poll, fd, 1);
      return 1;
    }
    c->offset += sent;
    if (c->offset == size) c->event++, c->offset = 0;
  }
  c->event = -1;
  watch(poll, fd, 0);
  return 1;
}

static long nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000L + now.tv_nsec;
}

// One event of a slow stream, or its end. Returns 0 when the stream is over, or failed.
static int drip(int fd, struct connection *c) {
  if (c->event == events) {
    send(fd, tail, tail_size, MSG_NOSIGNAL);
    c->event = -1;
    return 0;
  }
  char payload[512], chunk[600];
  int size = sprintf(payload, "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1758905148,\"model\":"
      "\"kimi-k2\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"@%020ld \"},\"finish_reason\":null}]}\n\n", nanoseconds());
  int whole = sprintf(chunk, "%x\r\n%s\r\n", size, payload);
  if (send(fd, chunk, whole, MSG_NOSIGNAL) != whole) return 0;
  c->event++;
  return 1;
}

// A millisecond has passed: each stream that is due sends an event, and is due again an interval later.
static void tick(long now) {
  int list = due[now % slots];
  due[now % slots] = 0;
  while (list) {
    struct connection *c = connections[list];
    if (!c) break;
    int fd = list;
    list = c->next;
    if (c->event < 0 || c->streams != 2 || !drip(fd, c)) continue;
    int slot = (now + interval) % slots;
    c->next = due[slot];
    due[slot] = fd;
  }
}

static long milliseconds;

static int answer(int poll, int fd, struct connection *c) {
  if (!c->streams) return send(fd, json_bytes, json_size, MSG_NOSIGNAL) == json_size;
  if (send(fd, stream_head, sizeof stream_head - 1, MSG_NOSIGNAL) < 0) return 0;
  c->event = c->offset = 0;
  if (c->streams == 1) return pump(poll, fd, c);
  int slot = (milliseconds + 1 + fd % interval) % slots;
  c->next = due[slot];
  due[slot] = fd;
  return 1;
}

// Reads what is there; answers each request that is complete. Returns 0 when the connection is over.
static int on_readable(int poll, int fd, struct connection *c) {
  for (;;) {
    ssize_t got = recv(fd, c->in + c->used, in_size - 1 - c->used, 0);
    if (got == 0) return 0;
    if (got < 0) return errno == EAGAIN;
    c->used += got;
    if (c->body < 0) {
      c->in[c->used] = 0;
      char *end = strstr(c->in, "\r\n\r\n");
      if (!end) {
        if (c->used == in_size - 1) return 0;
        continue;
      }
      char *line = strstr(c->in, "\r\n");
      *line = 0;
      c->streams = strstr(c->in, "/stream/") ? 1 : strstr(c->in, "/slow/") ? 2 : 0;
      *line = '\r';
      char *length = strcasestr(c->in, "\r\ncontent-length:");
      c->body = length && length < end ? atol(length + 17) : 0;
      c->body -= c->used - (end + 4 - c->in);
    } else {
      c->body -= got;
    }
    c->used = c->body < 0 ? c->used : 0;
    if (c->body == 0) {
      c->used = 0;
      c->body = -1;
      if (!answer(poll, fd, c)) return 0;
    }
  }
}

int main(int argc, char **argv) {
  if (argc != 4) return fprintf(stderr, "usage: vendor PORT EVENTS INTERVAL\n"), 2;
  events = atoi(argv[2]);
  interval = atoi(argv[3]);
  if (interval < 1 || interval >= slots) return fprintf(stderr, "the interval is 1 to %d ms\n", slots - 1), 2;
  prepare();
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons(atoi(argv[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 4096)) return perror("vendor"), 1;
  int poll = epoll_create1(0);
  struct epoll_event accepting = {.events = EPOLLIN, .data.fd = listener};
  epoll_ctl(poll, EPOLL_CTL_ADD, listener, &accepting);
  int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
  struct itimerspec millisecond = {{0, 1000000}, {0, 1000000}};
  timerfd_settime(timer, 0, &millisecond, NULL);
  struct epoll_event ticking = {.events = EPOLLIN, .data.fd = timer};
  epoll_ctl(poll, EPOLL_CTL_ADD, timer, &ticking);
  struct epoll_event ready[256];
  for (;;) {
    int count = epoll_wait(poll, ready, 256, -1);
    for (int i = 0; i < count; i++) {
      int fd = ready[i].data.fd;
      if (fd == timer) {
        unsigned long passed;
        if (read(timer, &passed, sizeof passed) == sizeof passed)
          while (passed--) tick(++milliseconds);
        continue;
      }
      if (fd == listener) {
        int client = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
        if (client < 0) continue;
        if (client >= max_fd) { close(client); continue; }
        setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        connections[client] = calloc(1, sizeof(struct connection));
        connections[client]->body = connections[client]->event = -1;
        struct epoll_event reading = {.events = EPOLLIN, .data.fd = client};
        epoll_ctl(poll, EPOLL_CTL_ADD, client, &reading);
        continue;
      }
      struct connection *c = connections[fd];
      int alive = 1;
      if (ready[i].events & EPOLLOUT && c->event >= 0) alive = pump(poll, fd, c);
      if (alive && ready[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) alive = on_readable(poll, fd, c);
      if (!alive) drop(poll, fd);
    }
  }
}
