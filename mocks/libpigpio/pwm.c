/* PWM by DMA, servo pulses, and the PWM hardware, with the frequencies and ranges of the real library at 5 µs. */
#include <math.h>

#include "state.h"

#define FREQUENCIES 18
#define DEFAULT_CLOCK 250000000.0
/* What is faster makes no edges in the log: a microsecond is all that time is divided into. */
#define SHORTEST_PERIOD 4.0

static const unsigned frequencies[FREQUENCIES] = {8000, 4000, 2000, 1600, 1000, 800, 500, 400, 320,
                                                  250,  200,  160,  100,  80,   50,  40,  20,  10};

static unsigned real_range(unsigned line) { return 200000 / frequencies[lines[line].frequency_index]; }

static int has_hardware(unsigned gpio) { return gpio == 12 || gpio == 13 || gpio == 18 || gpio == 19; }

/* A period with a high part of it, from now on. */
static void begin(unsigned line, double period, double high) {
  line_t *l = &lines[line];
  l->period = period;
  l->high = high;
  l->cycle = (double)now_us();
  l->phase = 0;
  if (high <= 0 || high >= period || period < SHORTEST_PERIOD) l->period = 0;
  line_put(line, high > 0, STANDIN_PWM);
}

static uint64_t edge_at(const line_t *l) {
  if (l->drive == DRIVE_PLAIN || l->period == 0) return NEVER;
  return (uint64_t)llround(l->phase == 0 ? l->cycle + l->high : l->cycle + l->period);
}

uint64_t pwm_next(void) {
  uint64_t next = NEVER;
  for (unsigned line = 0; line <= PI_MAX_USER_GPIO; line++) {
    uint64_t at = edge_at(&lines[line]);
    if (at < next) next = at;
  }
  return next;
}

void pwm_due(void) {
  for (unsigned line = 0; line <= PI_MAX_USER_GPIO; line++) {
    line_t *l = &lines[line];
    if (edge_at(l) > now_us()) continue;
    if (l->phase == 1) l->cycle += l->period;
    l->phase = !l->phase;
    line_put(line, !l->phase, STANDIN_PWM);
  }
}

void pwm_off(unsigned line) {
  line_t *l = &lines[line];
  if (l->drive == DRIVE_HARDWARE) l->hw_frequency = l->hw_duty = 0;
  l->drive = DRIVE_PLAIN;
  l->period = 0;
  l->servo = 0;
}

void pwm_stop_hardware(void) {
  for (unsigned line = 0; line <= PI_MAX_USER_GPIO; line++) {
    if (lines[line].drive == DRIVE_HARDWARE) pwm_off(line);
  }
}

static int check(unsigned gpio) {
  if (!running) return PI_NOT_INITIALISED;
  if (gpio > PI_MAX_USER_GPIO) return PI_BAD_USER_GPIO;
  return lines[gpio].forbidden ? PI_NOT_PERMITTED : 0;
}

static void drive(unsigned gpio, enum drive drive) {
  if (lines[gpio].drive != drive) pwm_off(gpio);
  lines[gpio].drive = drive;
  lines[gpio].mode = PI_OUTPUT;
}

static void restart(unsigned gpio) {
  line_t *l = &lines[gpio];
  double period = 1e6 / frequencies[l->frequency_index];
  begin(gpio, period, period * l->duty / l->range);
}

int gpioPWM(unsigned gpio, unsigned dutycycle) {
  enter();
  int bad = check(gpio);
  if (bad) return leave(bad);
  if (dutycycle > lines[gpio].range) return leave(PI_BAD_DUTYCYCLE);
  drive(gpio, DRIVE_PWM);
  lines[gpio].duty = dutycycle;
  restart(gpio);
  return leave(0);
}

int gpioGetPWMdutycycle(unsigned gpio) {
  enter();
  int bad = check(gpio);
  if (bad) return leave(bad);
  if (lines[gpio].drive == DRIVE_HARDWARE) return leave((int)lines[gpio].hw_duty);
  return leave(lines[gpio].drive == DRIVE_PWM ? (int)lines[gpio].duty : PI_NOT_PWM_GPIO);
}

int gpioSetPWMrange(unsigned gpio, unsigned range) {
  enter();
  int bad = check(gpio);
  if (bad) return leave(bad);
  if (range < 25 || range > 40000) return leave(PI_BAD_DUTYRANGE);
  /* The part of the period stays the same. */
  lines[gpio].duty = lines[gpio].duty * range / lines[gpio].range;
  lines[gpio].range = range;
  return leave((int)real_range(gpio));
}

int gpioGetPWMrange(unsigned gpio) {
  enter();
  int bad = check(gpio);
  return leave(bad ? bad : lines[gpio].drive == DRIVE_HARDWARE ? 1000000 : (int)lines[gpio].range);
}

int gpioGetPWMrealRange(unsigned gpio) {
  enter();
  int bad = check(gpio);
  if (bad) return leave(bad);
  if (lines[gpio].drive == DRIVE_HARDWARE) return leave((int)(DEFAULT_CLOCK / lines[gpio].hw_frequency + 0.5));
  return leave((int)real_range(gpio));
}

int gpioSetPWMfrequency(unsigned gpio, unsigned frequency) {
  enter();
  int bad = check(gpio);
  if (bad) return leave(bad);
  unsigned best = 0;
  for (unsigned i = 1; i < FREQUENCIES; i++) {
    if (fabs((double)frequencies[i] - frequency) < fabs((double)frequencies[best] - frequency)) best = i;
  }
  lines[gpio].frequency_index = best;
  if (lines[gpio].drive == DRIVE_PWM) restart(gpio);
  return leave((int)frequencies[best]);
}

int gpioGetPWMfrequency(unsigned gpio) {
  enter();
  int bad = check(gpio);
  if (bad) return leave(bad);
  if (lines[gpio].drive == DRIVE_HARDWARE) return leave((int)lines[gpio].hw_frequency);
  return leave((int)frequencies[lines[gpio].frequency_index]);
}

int gpioServo(unsigned gpio, unsigned pulsewidth) {
  enter();
  int bad = check(gpio);
  if (bad) return leave(bad);
  if (pulsewidth != 0 && (pulsewidth < 500 || pulsewidth > 2500)) return leave(PI_BAD_PULSEWIDTH);
  drive(gpio, DRIVE_SERVO);
  lines[gpio].servo = pulsewidth;
  begin(gpio, 20000, pulsewidth);
  return leave(0);
}

int gpioGetServoPulsewidth(unsigned gpio) {
  enter();
  int bad = check(gpio);
  if (bad) return leave(bad);
  return leave(lines[gpio].drive == DRIVE_SERVO ? (int)lines[gpio].servo : PI_NOT_SERVO_GPIO);
}

int gpioHardwarePWM(unsigned gpio, unsigned frequency, unsigned dutycycle) {
  enter();
  int bad = check(gpio);
  if (bad) return leave(bad);
  if (!has_hardware(gpio)) return leave(PI_NOT_HPWM_GPIO);
  if (frequency > 125000000) return leave(PI_BAD_HPWM_FREQ);
  if (dutycycle > 1000000) return leave(PI_BAD_HPWM_DUTY);
  /* Both need the same clock. */
  wave_stop();
  if (frequency == 0) {
    pwm_off(gpio);
    return leave(0);
  }
  drive(gpio, DRIVE_HARDWARE);
  lines[gpio].mode = gpio < 18 ? PI_ALT0 : PI_ALT5;
  lines[gpio].hw_frequency = frequency;
  lines[gpio].hw_duty = dutycycle;
  begin(gpio, 1e6 / frequency, dutycycle / (double)frequency);
  return leave(0);
}

uint32_t standin_hardware_frequency(unsigned line) {
  enter();
  return (uint32_t)leave((int)lines[line].hw_frequency);
}

uint32_t standin_hardware_duty(unsigned line) {
  enter();
  return (uint32_t)leave((int)lines[line].hw_duty);
}

int standin_servo(unsigned line) {
  enter();
  return leave((int)lines[line].servo);
}
