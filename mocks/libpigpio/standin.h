/*
 * The world behind the stand-in: simulated lines, a time of its own, and a log of every level change.
 *
 * Time stands still until it is advanced, and waves, PWM and glitch filters happen at exactly their microsecond; or it
 * follows the machine's clock, for tests that wait. Tests reach these functions through the same shared library.
 */
#ifndef STANDIN_H
#define STANDIN_H

#include <stdint.h>

#define STANDIN_FLOAT 2

/* Who changed a level. */
#define STANDIN_WRITE 0
#define STANDIN_WAVE 1
#define STANDIN_PWM 2
#define STANDIN_OUTSIDE 3

/* Everything as at power-on, the log empty, time standing still at tick 0. The library must not be running. */
void standin_reset(void);
/* The tick that it is now. */
void standin_set_tick(uint32_t tick);
/* Moves time, and does everything that happens until then. */
void standin_advance(uint64_t us);
/* Microseconds since the reset. */
uint64_t standin_now(void);
/* Time follows the machine's clock from now on, or stands still. */
void standin_real_time(int on);

/* What is wired to a line drives it: 0 low, 1 high, STANDIN_FLOAT nothing. */
void standin_drive(unsigned line, int level);
int standin_level(unsigned line);
int standin_mode(unsigned line);
int standin_pull(unsigned line);
int standin_filter(unsigned line);
/* The hardware PWM of a line, 0 when it has none. */
uint32_t standin_hardware_frequency(unsigned line);
uint32_t standin_hardware_duty(unsigned line);
int standin_servo(unsigned line);

/* Entries of the log, four words each: µs (low, high), line, level | cause << 8. Gives how many there are in all. */
unsigned standin_log(uint32_t *out, unsigned from, unsigned count);
void standin_log_clear(void);

/* The next gpioInitialise fails with this. */
void standin_fail_start(int code);
/* Calls for this line fail with PI_NOT_PERMITTED from now on, or not any more. */
void standin_forbid(unsigned line, int forbidden);
void standin_revision(unsigned revision);
int standin_running(void);
/* The interfaces that were switched off before the start. */
unsigned standin_interfaces(void);
/* Waves that were created and not deleted. */
int standin_waves(void);
/* Alerts that the addon has not been told of yet. */
unsigned standin_pending(void);

#endif
