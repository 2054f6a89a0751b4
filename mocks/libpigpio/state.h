/* What the files of the stand-in share. Every function here is called with the gate locked, but for the two first. */
#ifndef STATE_H
#define STATE_H

#include <pthread.h>
#include <stdint.h>

#include "pigpio.h"
#include "standin.h"

#define LINES (PI_MAX_GPIO + 1)
#define NEVER UINT64_MAX

/* What drives a line that is no plain input or output. */
enum drive { DRIVE_PLAIN, DRIVE_PWM, DRIVE_SERVO, DRIVE_HARDWARE };

typedef struct {
  int mode, pull, latch, outside, level, forbidden;
  enum drive drive;
  /* PWM: settings of the line, and when its next edge is, in parts of a microsecond. */
  unsigned duty, range, frequency_index, servo;
  unsigned hw_frequency, hw_duty;
  double period, high, cycle;
  int phase;
  /* Alerts: who is told; the glitch filter's time, the level that it lets through, and when the next one is steady. */
  gpioAlertFunc_t alert, isr;
  int isr_edge;
  unsigned steady;
  int reported;
  uint64_t steady_at;
} line_t;

extern line_t lines[LINES];
extern int running;

/* Locks the gate; time that follows the machine's is brought up to date. */
void enter(void);
/* Unlocks the gate and gives `result`. */
int leave(int result);

uint64_t now_us(void);
uint32_t tick_at(uint64_t us);
void time_reset(void);
void time_advance(uint64_t us);

/* Puts the level on the line that its mode, latch, pull and the outside make, and tells of a change. */
void line_settle(unsigned line, int cause);
void line_put(unsigned line, int level, int cause);
void lines_reset(void);
void log_add(unsigned line, int level, int cause);

void alert_change(unsigned line);
uint64_t alert_next(void);
void alert_due(void);
void alerts_reset(void);
void alerts_start(void);
void alerts_stop(void);

uint64_t pwm_next(void);
void pwm_due(void);
void pwm_off(unsigned line);
void pwm_stop_hardware(void);

uint64_t wave_next(void);
void wave_due(void);
void waves_reset(void);
void wave_stop(void);

/* For chain.c. */
typedef struct {
  int deleted, cbs, words, first_cb, first_word;
  unsigned count;
  gpioPulse_t *pulses;
} wave_t;
wave_t *wave_find(unsigned wave);
void chain_single(unsigned wave, int forever);
void chain_reset(void);

#endif
