/* Waves: pulses that were added, and waves made of them, with the limits of the real library. */
#include <stdlib.h>
#include <string.h>

#include "state.h"

/* Its memory for waves: 25,016 control blocks and 16,748 words for levels, ten pages of which are the chain's. */
#define CONTROL_BLOCKS 25016
#define FIRST_BLOCK 1180
#define WORDS 16748
#define FIRST_WORD 790

static wave_t waves[PI_MAX_WAVES];
static unsigned wave_count;
static gpioPulse_t added[PI_WAVE_MAX_PULSES], merged[PI_WAVE_MAX_PULSES];
static unsigned added_count;
static struct {
  int micros, pulses, cbs, high_micros, high_pulses, high_cbs;
} stats;

wave_t *wave_find(unsigned wave) { return wave < wave_count && !waves[wave].deleted ? &waves[wave] : NULL; }

void waves_reset(void) {
  chain_reset();
  for (unsigned i = 0; i < wave_count; i++) free(waves[i].pulses);
  memset(waves, 0, sizeof waves);
  wave_count = added_count = 0;
}

int gpioWaveClear(void) {
  enter();
  if (!running) return leave(PI_NOT_INITIALISED);
  waves_reset();
  return leave(0);
}

int gpioWaveAddNew(void) {
  enter();
  if (!running) return leave(PI_NOT_INITIALISED);
  added_count = 0;
  return leave(0);
}

static int blocks_of(const gpioPulse_t *p) { return (p->gpioOn || p->gpioOff) + (p->usDelay > 0); }
static int words_of(const gpioPulse_t *p) { return (p->gpioOn != 0) + (p->gpioOff != 0); }

static int higher(int a, int b) { return a > b ? a : b; }

static void count_added(void) {
  uint64_t micros = 0;
  stats.cbs = 0;
  for (unsigned i = 0; i < added_count; i++) {
    micros += added[i].usDelay;
    stats.cbs += blocks_of(&added[i]);
  }
  stats.micros = (int)micros;
  stats.pulses = (int)added_count;
  stats.high_micros = higher(stats.high_micros, stats.micros);
  stats.high_pulses = higher(stats.high_pulses, stats.pulses);
  stats.high_cbs = higher(stats.high_cbs, stats.cbs);
}

/* Both begin together; pulses of the same moment become one. Gives 0 when there are too many. */
static int merge(unsigned count, const gpioPulse_t *pulses) {
  unsigned a = 0, b = 0, n = 0;
  uint64_t time_a = 0, time_b = 0, end = 0;
  uint64_t last = 0;
  while (a < added_count || b < count) {
    int take_a = a < added_count && (b >= count || time_a <= time_b);
    int take_b = b < count && (a >= added_count || time_b <= time_a);
    if (n == PI_WAVE_MAX_PULSES) return 0;
    uint64_t at = take_a ? time_a : time_b;
    if (n > 0) merged[n - 1].usDelay = (uint32_t)(at - last);
    last = at;
    merged[n] = (gpioPulse_t){0, 0, 0};
    if (take_a) {
      merged[n].gpioOn |= added[a].gpioOn;
      merged[n].gpioOff |= added[a].gpioOff;
      time_a += added[a++].usDelay;
    }
    if (take_b) {
      merged[n].gpioOn |= pulses[b].gpioOn;
      merged[n].gpioOff |= pulses[b].gpioOff;
      time_b += pulses[b++].usDelay;
    }
    n++;
    end = time_a > time_b ? time_a : time_b;
  }
  if (n > 0) merged[n - 1].usDelay = (uint32_t)(end - last);
  /* The real one wants fewer than it says, not as many. */
  if (n >= PI_WAVE_MAX_PULSES) return 0;
  memcpy(added, merged, n * sizeof *merged);
  added_count = n;
  return 1;
}

int gpioWaveAddGeneric(unsigned numPulses, gpioPulse_t *pulses) {
  enter();
  if (!running) return leave(PI_NOT_INITIALISED);
  if (numPulses > PI_WAVE_MAX_PULSES || !merge(numPulses, pulses)) return leave(PI_TOO_MANY_PULSES);
  count_added();
  return leave((int)added_count);
}

/* A deleted wave of the same size is taken again, as there. */
static int wave_for(int cbs, int words) {
  for (unsigned i = 0; i < wave_count; i++) {
    if (waves[i].deleted && waves[i].cbs == cbs && waves[i].words == words) return (int)i;
  }
  const wave_t *top = wave_count ? &waves[wave_count - 1] : NULL;
  int first_cb = top ? top->first_cb + top->cbs : FIRST_BLOCK;
  int first_word = top ? top->first_word + top->words : FIRST_WORD;
  if (first_cb + cbs > CONTROL_BLOCKS) return PI_TOO_MANY_CBS;
  if (first_word + words > WORDS) return PI_TOO_MANY_OOL;
  /* Where the real one would write past its table. */
  if (wave_count == PI_MAX_WAVES) return PI_NO_WAVEFORM_ID;
  waves[wave_count] = (wave_t){1, cbs, words, first_cb, first_word, 0, NULL};
  return (int)wave_count++;
}

int gpioWaveCreate(void) {
  enter();
  if (!running) return leave(PI_NOT_INITIALISED);
  if (added_count == 0) return leave(PI_EMPTY_WAVEFORM);
  int cbs = 1, words = 0;
  for (unsigned i = 0; i < added_count; i++) {
    cbs += blocks_of(&added[i]);
    words += words_of(&added[i]);
  }
  int id = wave_for(cbs, words);
  if (id < 0) return leave(id);
  wave_t *wave = &waves[id];
  free(wave->pulses);
  wave->deleted = 0;
  wave->count = added_count;
  wave->pulses = malloc(added_count * sizeof *added);
  if (!wave->pulses) abort();
  memcpy(wave->pulses, added, added_count * sizeof *added);
  added_count = 0;
  return leave(id);
}

int gpioWaveDelete(unsigned wave) {
  enter();
  if (!running) return leave(PI_NOT_INITIALISED);
  if (!wave_find(wave)) return leave(PI_BAD_WAVE_ID);
  waves[wave].deleted = 1;
  while (wave_count > 0 && waves[wave_count - 1].deleted) {
    wave_count--;
    free(waves[wave_count].pulses);
    waves[wave_count].pulses = NULL;
  }
  return leave(0);
}

int gpioWaveTxSend(unsigned wave, unsigned mode) {
  enter();
  if (!running) return leave(PI_NOT_INITIALISED);
  if (!wave_find(wave)) return leave(PI_BAD_WAVE_ID);
  if (mode > PI_WAVE_MODE_REPEAT_SYNC) return leave(PI_BAD_WAVE_MODE);
  pwm_stop_hardware();
  chain_single(wave, mode & PI_WAVE_MODE_REPEAT);
  return leave(waves[wave].cbs);
}

int standin_waves(void) {
  int n = 0;
  enter();
  for (unsigned i = 0; i < wave_count; i++) n += !waves[i].deleted;
  return leave(n);
}

int gpioWaveGetMicros(void) { return stats.micros; }
int gpioWaveGetHighMicros(void) { return stats.high_micros; }
int gpioWaveGetMaxMicros(void) { return PI_WAVE_MAX_MICROS; }
int gpioWaveGetPulses(void) { return stats.pulses; }
int gpioWaveGetHighPulses(void) { return stats.high_pulses; }
int gpioWaveGetMaxPulses(void) { return PI_WAVE_MAX_PULSES; }
int gpioWaveGetCbs(void) { return stats.cbs; }
int gpioWaveGetHighCbs(void) { return stats.high_cbs; }
int gpioWaveGetMaxCbs(void) { return CONTROL_BLOCKS; }
