/* Lines: modes, pulls, levels, the outside world, and the log. */
#include <stdlib.h>
#include <string.h>

#include "state.h"

line_t lines[LINES];

typedef struct {
  uint64_t us;
  uint32_t line, what;
} entry_t;

static entry_t *entries;
static unsigned entry_count, entry_room;

void log_add(unsigned line, int level, int cause) {
  if (entry_count == entry_room) {
    entry_room = entry_room ? entry_room * 2 : 1024;
    entries = realloc(entries, entry_room * sizeof *entries);
    if (!entries) abort();
  }
  entries[entry_count++] = (entry_t){now_us(), line, (uint32_t)level | (uint32_t)cause << 8};
}

void lines_reset(void) {
  memset(lines, 0, sizeof lines);
  for (unsigned line = 0; line < LINES; line++) {
    /* As at power-on: 0 to 8 are pulled up, the others down. */
    lines[line].pull = line <= 8 ? PI_PUD_UP : PI_PUD_DOWN;
    lines[line].outside = STANDIN_FLOAT;
    lines[line].range = 255;
    /* 800 Hz. */
    lines[line].frequency_index = 5;
    lines[line].level = lines[line].reported = line <= 8;
    lines[line].steady_at = NEVER;
  }
  entry_count = 0;
}

void line_settle(unsigned line, int cause) {
  line_t *l = &lines[line];
  int level = l->level;
  if (l->mode != PI_INPUT) level = l->latch;
  else if (l->outside != STANDIN_FLOAT) level = l->outside;
  else if (l->pull == PI_PUD_UP) level = 1;
  else if (l->pull == PI_PUD_DOWN) level = 0;
  if (level == l->level) return;
  l->level = level;
  log_add(line, level, cause);
  alert_change(line);
}

void line_put(unsigned line, int level, int cause) {
  lines[line].latch = level;
  line_settle(line, cause);
}

static int check(unsigned gpio, unsigned max, int code) {
  if (!running) return PI_NOT_INITIALISED;
  if (gpio > max) return code;
  return lines[gpio].forbidden ? PI_NOT_PERMITTED : 0;
}

int gpioSetMode(unsigned gpio, unsigned mode) {
  enter();
  int bad = check(gpio, PI_MAX_GPIO, PI_BAD_GPIO);
  if (bad) return leave(bad);
  if (mode > 7) return leave(PI_BAD_MODE);
  if (lines[gpio].mode != (int)mode) pwm_off(gpio);
  lines[gpio].mode = (int)mode;
  line_settle(gpio, STANDIN_WRITE);
  return leave(0);
}

int gpioGetMode(unsigned gpio) {
  enter();
  int bad = check(gpio, PI_MAX_GPIO, PI_BAD_GPIO);
  return leave(bad ? bad : lines[gpio].mode);
}

int gpioSetPullUpDown(unsigned gpio, unsigned pud) {
  enter();
  int bad = check(gpio, PI_MAX_GPIO, PI_BAD_GPIO);
  if (bad) return leave(bad);
  if (pud > PI_PUD_UP) return leave(PI_BAD_PUD);
  lines[gpio].pull = (int)pud;
  line_settle(gpio, STANDIN_WRITE);
  return leave(0);
}

int gpioRead(unsigned gpio) {
  enter();
  int bad = check(gpio, PI_MAX_GPIO, PI_BAD_GPIO);
  return leave(bad ? bad : lines[gpio].level);
}

int gpioWrite(unsigned gpio, unsigned level) {
  enter();
  int bad = check(gpio, PI_MAX_GPIO, PI_BAD_GPIO);
  if (bad) return leave(bad);
  if (level > 1) return leave(PI_BAD_LEVEL);
  pwm_off(gpio);
  /* The level before the mode, so that there is no other in between. */
  lines[gpio].latch = (int)level;
  lines[gpio].mode = PI_OUTPUT;
  line_settle(gpio, STANDIN_WRITE);
  return leave(0);
}

int gpioTrigger(unsigned gpio, unsigned pulseLen, unsigned level) {
  enter();
  int bad = check(gpio, PI_MAX_USER_GPIO, PI_BAD_USER_GPIO);
  if (bad) return leave(bad);
  if (level > 1) return leave(PI_BAD_LEVEL);
  if (pulseLen < 1 || pulseLen > 100) return leave(PI_BAD_PULSELEN);
  pwm_off(gpio);
  lines[gpio].mode = PI_OUTPUT;
  line_put(gpio, (int)level, STANDIN_WRITE);
  /* The real one spins until it is over, and so time passes here. */
  time_advance(pulseLen);
  line_put(gpio, !level, STANDIN_WRITE);
  return leave(0);
}

static uint32_t read_bank(unsigned first, unsigned last) {
  uint32_t bits = 0;
  enter();
  if (!running) return (uint32_t)leave(PI_NOT_INITIALISED);
  for (unsigned line = first; line <= last; line++) bits |= (uint32_t)lines[line].level << (line - first);
  return (uint32_t)leave((int)bits);
}

static int write_bank(unsigned first, unsigned last, uint32_t bits, int level) {
  enter();
  if (!running) return leave(PI_NOT_INITIALISED);
  for (unsigned line = first; line <= last; line++) {
    if (bits >> (line - first) & 1) line_put(line, level, STANDIN_WRITE);
  }
  return leave(0);
}

uint32_t gpioRead_Bits_0_31(void) { return read_bank(0, 31); }
uint32_t gpioRead_Bits_32_53(void) { return read_bank(32, 53); }
int gpioWrite_Bits_0_31_Set(uint32_t bits) { return write_bank(0, 31, bits, 1); }
int gpioWrite_Bits_32_53_Set(uint32_t bits) { return write_bank(32, 53, bits, 1); }
int gpioWrite_Bits_0_31_Clear(uint32_t bits) { return write_bank(0, 31, bits, 0); }
int gpioWrite_Bits_32_53_Clear(uint32_t bits) { return write_bank(32, 53, bits, 0); }

void standin_drive(unsigned line, int level) {
  enter();
  lines[line].outside = level;
  line_settle(line, STANDIN_OUTSIDE);
  leave(0);
}

int standin_level(unsigned line) {
  enter();
  return leave(lines[line].level);
}

int standin_mode(unsigned line) {
  enter();
  return leave(lines[line].mode);
}

int standin_pull(unsigned line) {
  enter();
  return leave(lines[line].pull);
}

void standin_forbid(unsigned line, int forbidden) {
  enter();
  lines[line].forbidden = forbidden;
  leave(0);
}

unsigned standin_log(uint32_t *out, unsigned from, unsigned count) {
  enter();
  for (unsigned i = 0; i < count && from + i < entry_count; i++) {
    const entry_t *e = &entries[from + i];
    out[4 * i] = (uint32_t)e->us;
    out[4 * i + 1] = (uint32_t)(e->us >> 32);
    out[4 * i + 2] = e->line;
    out[4 * i + 3] = e->what;
  }
  return (unsigned)leave((int)entry_count);
}

void standin_log_clear(void) {
  enter();
  entry_count = 0;
  leave(0);
}
