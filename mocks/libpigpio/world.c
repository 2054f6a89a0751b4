/* Time, and the start and end of the library with all that it does to its process. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "state.h"

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static uint64_t now, machine_zero;
static uint32_t tick_zero;
static int following;

int running;
static int start_code;
static int lock_file = -1;
static unsigned revision = 0xa02082;
static unsigned interfaces;
static uint32_t internals;

static uint64_t machine_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static uint64_t least(uint64_t a, uint64_t b) { return a < b ? a : b; }

/* Everything that happens until then, in its order. */
static void run_until(uint64_t end) {
  for (;;) {
    uint64_t next = least(wave_next(), least(pwm_next(), alert_next()));
    if (next > end) break;
    if (next > now) now = next;
    if (wave_next() <= now) wave_due();
    if (pwm_next() <= now) pwm_due();
    if (alert_next() <= now) alert_due();
  }
  if (end > now) now = end;
}

void enter(void) {
  pthread_mutex_lock(&gate);
  if (following) run_until(machine_us() - machine_zero);
}

int leave(int result) {
  pthread_mutex_unlock(&gate);
  return result;
}

uint64_t now_us(void) { return now; }
uint32_t tick_at(uint64_t us) { return tick_zero + (uint32_t)us; }
void time_advance(uint64_t us) { run_until(now + us); }

void time_reset(void) {
  now = 0;
  tick_zero = 0;
  following = 0;
}

static __attribute__((constructor)) void power_on(void) { lines_reset(); }

void standin_reset(void) {
  enter();
  time_reset();
  lines_reset();
  alerts_reset();
  waves_reset();
  start_code = 0;
  revision = 0xa02082;
  leave(0);
}

void standin_set_tick(uint32_t tick) {
  enter();
  tick_zero = tick - (uint32_t)now;
  leave(0);
}

void standin_advance(uint64_t us) {
  enter();
  time_advance(us);
  leave(0);
}

uint64_t standin_now(void) {
  enter();
  uint64_t us = now;
  leave(0);
  return us;
}

void standin_real_time(int on) {
  enter();
  machine_zero = machine_us() - now;
  following = on;
  leave(0);
}

void standin_fail_start(int code) { start_code = code; }
void standin_revision(unsigned code) { revision = code; }
int standin_running(void) { return running; }
unsigned standin_interfaces(void) { return interfaces; }

unsigned gpioHardwareRevision(void) { return revision; }

uint32_t gpioTick(void) {
  enter();
  return (uint32_t)leave(running ? (int)tick_at(now) : PI_NOT_INITIALISED);
}

int gpioCfgClock(unsigned micros, unsigned peripheral, unsigned source) {
  (void)micros, (void)peripheral, (void)source;
  return running ? PI_INITIALISED : 0;
}

int gpioCfgSocketPort(unsigned port) {
  (void)port;
  return running ? PI_INITIALISED : 0;
}

int gpioCfgInterfaces(unsigned flags) {
  if (running) return PI_INITIALISED;
  if (flags > 15) return PI_BAD_IF_FLAGS;
  interfaces = flags;
  return 0;
}

uint32_t gpioCfgGetInternals(void) { return internals; }

int gpioCfgSetInternals(uint32_t value) {
  internals = value;
  return 0;
}

/* What the real handler does for every signal that nobody registered with the library. */
static void on_signal(int number) {
  switch (number) {
    case SIGUSR1:
    case SIGUSR2:
    case SIGPIPE:
    case SIGWINCH:
    case SIGCHLD:
      return;
    default:
      fprintf(stderr, "sigHandler: Unhandled signal %d, terminating\n", number);
      gpioTerminate();
      exit(-1);
  }
}

static void take_signals(void) {
  for (int number = 0; number <= 63; number++) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    sigaction(number, &action, NULL);
  }
}

/* The file of PI_WORKER_STANDIN_LOCK stands for /var/run/pigpio.pid. */
static const char *lock_path(void) { return getenv("PI_WORKER_STANDIN_LOCK"); }

/* A lock stays while a process of its number lives, whatever that process is; else it is taken for left over. */
static void check_lock(const char *path) {
  char text[20] = "";
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return;
  ssize_t count = read(file, text, sizeof text - 1);
  close(file);
  if (count <= 0 || kill(atoi(text), 0) != 0) unlink(path);
}

/* One process at a time. */
static int take_lock(void) {
  const char *path = lock_path();
  if (!path) return 1;
  check_lock(path);
  lock_file = open(path, O_CREAT | O_EXCL | O_TRUNC | O_WRONLY | O_CLOEXEC, 0644);
  if (lock_file < 0 || flock(lock_file, LOCK_EX | LOCK_NB) < 0) {
    fprintf(stderr, "initInitialise: Can't lock %s\n", path);
    if (lock_file >= 0) close(lock_file);
    lock_file = -1;
    return 0;
  }
  return dprintf(lock_file, "%d\n", (int)getpid()) > 0;
}

int gpioInitialise(void) {
  if (running) return PIGPIO_VERSION;
  if (start_code) {
    int code = start_code;
    start_code = 0;
    return code;
  }
  if (!(internals & PI_CFG_NOSIGHANDLER)) take_signals();
  if (!take_lock()) return PI_INIT_FAILED;
  running = 1;
  alerts_start();
  return PIGPIO_VERSION;
}

void gpioTerminate(void) {
  if (!running) return;
  /* DMA ends, and the levels stay as they are. */
  enter();
  running = 0;
  waves_reset();
  for (unsigned line = 0; line < LINES; line++) pwm_off(line);
  leave(0);
  alerts_stop();
  if (lock_file < 0) return;
  close(lock_file);
  unlink(lock_path());
  lock_file = -1;
}
