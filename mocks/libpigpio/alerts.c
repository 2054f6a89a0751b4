/* Edges: glitch filters, and the thread that tells of changes as the library's own does. */
#include <stdlib.h>
#include <string.h>

#include "state.h"

#define ROOM 65536

typedef struct {
  gpioAlertFunc_t call;
  int line, level;
  uint32_t tick;
} alert_t;

/* Changes that are not told of yet; a ring, whose oldest are overwritten by nobody: what does not fit is lost. */
static alert_t ring[ROOM];
static unsigned head, count;
static pthread_t thread;
static pthread_mutex_t ring_gate = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t arrived = PTHREAD_COND_INITIALIZER;
static int stopping, calling;

static void add(gpioAlertFunc_t call, unsigned line, int level) {
  if (!call) return;
  pthread_mutex_lock(&ring_gate);
  if (count < ROOM) {
    ring[(head + count) % ROOM] = (alert_t){call, (int)line, level, tick_at(now_us())};
    count++;
    pthread_cond_signal(&arrived);
  }
  pthread_mutex_unlock(&ring_gate);
}

static void tell(unsigned line, int level) {
  lines[line].reported = level;
  add(lines[line].alert, line, level);
}

void alert_change(unsigned line) {
  line_t *l = &lines[line];
  if (l->isr && (l->isr_edge == EITHER_EDGE || l->isr_edge == (l->level ? RISING_EDGE : FALLING_EDGE))) {
    add(l->isr, line, l->level);
  }
  if (!l->steady) tell(line, l->level);
  /* Every change begins the steady time anew; one back to what was told last ends it. */
  else l->steady_at = l->level == l->reported ? NEVER : now_us() + l->steady;
}

uint64_t alert_next(void) {
  uint64_t next = NEVER;
  for (unsigned line = 0; line <= PI_MAX_USER_GPIO; line++) {
    if (lines[line].steady_at < next) next = lines[line].steady_at;
  }
  return next;
}

void alert_due(void) {
  for (unsigned line = 0; line <= PI_MAX_USER_GPIO; line++) {
    if (lines[line].steady_at > now_us()) continue;
    lines[line].steady_at = NEVER;
    tell(line, lines[line].level);
  }
}

void alerts_reset(void) {
  pthread_mutex_lock(&ring_gate);
  count = 0;
  pthread_mutex_unlock(&ring_gate);
}

unsigned standin_pending(void) {
  pthread_mutex_lock(&ring_gate);
  unsigned pending = count + (unsigned)calling;
  pthread_mutex_unlock(&ring_gate);
  return pending;
}

static int take(alert_t *alert) {
  pthread_mutex_lock(&ring_gate);
  int any = count > 0;
  if (any) {
    *alert = ring[head];
    head = (head + 1) % ROOM;
    count--;
    calling = 1;
  }
  pthread_mutex_unlock(&ring_gate);
  return any;
}

static void called(void) {
  pthread_mutex_lock(&ring_gate);
  calling = 0;
  pthread_mutex_unlock(&ring_gate);
}

static void *run(void *unused) {
  (void)unused;
  int state;
  for (;;) {
    alert_t alert;
    /* Only inside of a callback, which may wait for an event loop that waits for us, can the thread be cancelled. */
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    if (__atomic_load_n(&stopping, __ATOMIC_SEQ_CST)) return NULL;
    if (take(&alert)) {
      pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &state);
      alert.call(alert.line, alert.level, alert.tick);
      pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
      called();
      continue;
    }
    /* The library looks once in a millisecond; here that is what brings time that follows the machine's up to date. */
    enter();
    leave(0);
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += 1000000;
    if (until.tv_nsec >= 1000000000) until.tv_sec++, until.tv_nsec -= 1000000000;
    pthread_mutex_lock(&ring_gate);
    if (count == 0) pthread_cond_timedwait(&arrived, &ring_gate, &until);
    pthread_mutex_unlock(&ring_gate);
  }
}

void alerts_start(void) {
  stopping = 0;
  pthread_create(&thread, NULL, run, NULL);
}

void alerts_stop(void) {
  __atomic_store_n(&stopping, 1, __ATOMIC_SEQ_CST);
  pthread_cancel(thread);
  pthread_join(thread, NULL);
  calling = 0;
  for (unsigned line = 0; line < LINES; line++) {
    lines[line].alert = lines[line].isr = NULL;
    lines[line].steady = 0;
    lines[line].steady_at = NEVER;
  }
  alerts_reset();
}

static int check(unsigned gpio) {
  if (!running) return PI_NOT_INITIALISED;
  if (gpio > PI_MAX_USER_GPIO) return PI_BAD_USER_GPIO;
  return lines[gpio].forbidden ? PI_NOT_PERMITTED : 0;
}

int gpioSetAlertFunc(unsigned gpio, gpioAlertFunc_t f) {
  enter();
  int bad = check(gpio);
  if (!bad) lines[gpio].alert = f;
  return leave(bad);
}

int gpioSetISRFunc(unsigned gpio, unsigned edge, int timeout, gpioISRFunc_t f) {
  (void)timeout;
  enter();
  int bad = check(gpio);
  if (!bad && edge > EITHER_EDGE) bad = PI_BAD_EDGE;
  if (!bad) {
    lines[gpio].isr = f;
    lines[gpio].isr_edge = (int)edge;
  }
  return leave(bad);
}

int gpioGlitchFilter(unsigned gpio, unsigned steady) {
  enter();
  int bad = check(gpio);
  if (!bad && steady > 300000) bad = PI_BAD_FILTER;
  if (!bad) {
    lines[gpio].steady = steady;
    lines[gpio].reported = lines[gpio].level;
    lines[gpio].steady_at = NEVER;
  }
  return leave(bad);
}

int standin_filter(unsigned line) {
  enter();
  return leave((int)lines[line].steady);
}

/* Notifications go through a pipe in /dev, which the stand-in does not make: there is never a free handle. */
int gpioNotifyOpen(void) { return PI_NO_HANDLE; }
int gpioNotifyOpenWithSize(int size) {
  (void)size;
  return PI_NO_HANDLE;
}
int gpioNotifyBegin(unsigned handle, uint32_t bits) {
  (void)handle, (void)bits;
  return PI_BAD_HANDLE;
}
int gpioNotifyPause(unsigned handle) {
  (void)handle;
  return PI_BAD_HANDLE;
}
int gpioNotifyClose(unsigned handle) {
  (void)handle;
  return PI_BAD_HANDLE;
}
