/* Chains of waves: checked as the real library checks them, then played in simulated time. */
#include <string.h>

#include "state.h"

#define CHAIN_BLOCKS 600
#define COUNTERS 20
#define NESTING 10
/* Both begin with so long a delay of their own. */
#define START_US 20

enum kind { WAVE, DELAY, LOOP, END_LOOP, FOREVER };

typedef struct {
  enum kind kind;
  /* The wave's number, µs, or rounds; and where the loop began or ends. */
  unsigned value, partner;
} op_t;

/* Loops that begin, or have one round or none, take no control block; so there can be more of them than blocks. */
static op_t ops[4 * CHAIN_BLOCKS];
static unsigned op_count;
static unsigned rounds_left[4 * CHAIN_BLOCKS];
static unsigned at, pulse;
static uint64_t due = NEVER;

void chain_reset(void) { due = NEVER; }
void wave_stop(void) { due = NEVER; }
uint64_t wave_next(void) { return due; }

static void start(void) {
  at = pulse = 0;
  memset(rounds_left, 0, sizeof rounds_left);
  due = now_us() + START_US;
}

static void put(const gpioPulse_t *p) {
  for (unsigned line = 0; line <= PI_MAX_USER_GPIO; line++) {
    if (p->gpioOn >> line & 1) line_put(line, 1, STANDIN_WAVE);
    if (p->gpioOff >> line & 1) line_put(line, 0, STANDIN_WAVE);
  }
}

/* One operation, or one pulse of a wave. Gives the time until the next. */
static uint32_t step(void) {
  const op_t *op = &ops[at];
  const wave_t *wave;
  switch (op->kind) {
    case WAVE:
      wave = wave_find(op->value);
      if (!wave || pulse == wave->count) {
        pulse = 0;
        at++;
        return 0;
      }
      put(&wave->pulses[pulse]);
      return wave->pulses[pulse++].usDelay;
    case DELAY:
      at++;
      return op->value;
    case LOOP:
      at = ops[op->partner].value == 0 && ops[op->partner].kind == END_LOOP ? op->partner + 1 : at + 1;
      return 0;
    case END_LOOP:
      if (rounds_left[at] == 0) rounds_left[at] = op->value;
      if (--rounds_left[at] > 0) at = op->partner + 1;
      else at++;
      return 0;
    case FOREVER:
      at = op->partner + 1;
      return 0;
  }
  return 0;
}

void wave_due(void) {
  while (due <= now_us()) {
    if (at == op_count) {
      due = NEVER;
      return;
    }
    due += step();
  }
}

void chain_single(unsigned wave, int forever) {
  op_count = 0;
  if (forever) ops[op_count++] = (op_t){LOOP, 0, 2};
  ops[op_count++] = (op_t){WAVE, wave, 0};
  if (forever) ops[op_count++] = (op_t){FOREVER, 0, 0};
  start();
}

/* Reads a chain into `ops`; gives 0 or what is wrong with it. */
static int parse(const unsigned char *buf, unsigned size) {
  unsigned stack[NESTING], begun[NESTING], depth = 0, counters = 0, blocks = 1;
  op_count = 0;
  for (unsigned i = 0; i < size;) {
    if (op_count == sizeof ops / sizeof *ops) return PI_CHAIN_TOO_BIG;
    op_t *op = &ops[op_count];
    if (buf[i] != 255) {
      if (!wave_find(buf[i])) return PI_BAD_WAVE_ID;
      *op = (op_t){WAVE, buf[i], 0};
      i++;
      blocks++;
    } else {
      if (i + 2 > size) return PI_BAD_CHAIN_CMD;
      unsigned command = buf[i + 1];
      if (command == 0) {
        if (depth == NESTING) return PI_CHAIN_NESTING;
        begun[depth] = blocks;
        stack[depth++] = op_count;
        *op = (op_t){LOOP, 0, 0};
        i += 2;
      } else if (command == 3) {
        if (depth == 0 || begun[depth - 1] == blocks) return PI_BAD_CHAIN_LOOP;
        if (i + 2 < size) return PI_BAD_FOREVER;
        *op = (op_t){FOREVER, 0, stack[--depth]};
        ops[op->partner].partner = op_count;
        i += 2;
        blocks++;
      } else if (command <= 2) {
        if (command == 1 && counters == COUNTERS) return PI_CHAIN_COUNTER;
        if (i + 4 > size) return PI_BAD_CHAIN_CMD;
        unsigned value = buf[i + 2] | (unsigned)buf[i + 3] << 8;
        i += 4;
        if (command == 1) {
          if (depth == 0 || begun[depth - 1] == blocks) return PI_BAD_CHAIN_LOOP;
          *op = (op_t){END_LOOP, value, stack[--depth]};
          ops[op->partner].partner = op_count;
          if (value > 1) counters++, blocks++;
        } else {
          *op = (op_t){DELAY, value, 0};
          if (value > 0) blocks++;
        }
      } else return PI_BAD_CHAIN_CMD;
    }
    if (blocks >= CHAIN_BLOCKS) return PI_CHAIN_TOO_BIG;
    op_count++;
  }
  return 0;
}

int gpioWaveChain(char *buf, unsigned bufSize) {
  enter();
  if (!running) return leave(PI_NOT_INITIALISED);
  pwm_stop_hardware();
  /* Whatever was played is over, even if this is refused. */
  due = NEVER;
  int bad = parse((const unsigned char *)buf, bufSize);
  if (bad) return leave(bad);
  start();
  return leave(0);
}

int gpioWaveTxAt(void) {
  enter();
  if (!running) return leave(PI_NOT_INITIALISED);
  if (due == NEVER) return leave(PI_NO_TX_WAVE);
  return leave(at < op_count && ops[at].kind == WAVE ? (int)ops[at].value : PI_WAVE_NOT_FOUND);
}

int gpioWaveTxBusy(void) {
  enter();
  return leave(running ? due != NEVER : PI_NOT_INITIALISED);
}

int gpioWaveTxStop(void) {
  enter();
  if (!running) return leave(PI_NOT_INITIALISED);
  wave_stop();
  return leave(0);
}
