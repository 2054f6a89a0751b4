/*
 * The stand-in's pigpio.h: what the addon of the npm package `pigpio` takes from the C library of that name, with the
 * same names, numbers and limits. Nothing here reaches hardware: see standin.h for the world that it works on.
 */
#ifndef PIGPIO_H
#define PIGPIO_H

#include <stddef.h>
#include <stdint.h>

#define PIGPIO_VERSION 79

#define PI_MIN_GPIO 0
#define PI_MAX_GPIO 53
#define PI_MAX_USER_GPIO 31

#define PI_INPUT 0
#define PI_OUTPUT 1
#define PI_ALT0 4
#define PI_ALT5 2

#define PI_PUD_OFF 0
#define PI_PUD_DOWN 1
#define PI_PUD_UP 2

#define RISING_EDGE 0
#define FALLING_EDGE 1
#define EITHER_EDGE 2

#define PI_WAVE_MAX_PULSES 12000
#define PI_WAVE_MAX_MICROS (30 * 60 * 1000000)
#define PI_MAX_WAVES 250
#define PI_WAVE_MODE_REPEAT 1
#define PI_WAVE_MODE_REPEAT_SYNC 3
#define PI_WAVE_NOT_FOUND 9998
#define PI_NO_TX_WAVE 9999

#define PI_CFG_NOSIGHANDLER (1 << 10)

#define PI_INIT_FAILED -1
#define PI_BAD_USER_GPIO -2
#define PI_BAD_GPIO -3
#define PI_BAD_MODE -4
#define PI_BAD_LEVEL -5
#define PI_BAD_PUD -6
#define PI_BAD_PULSEWIDTH -7
#define PI_BAD_DUTYCYCLE -8
#define PI_BAD_DUTYRANGE -21
#define PI_NO_HANDLE -24
#define PI_BAD_HANDLE -25
#define PI_BAD_IF_FLAGS -26
#define PI_NOT_INITIALISED -31
#define PI_INITIALISED -32
#define PI_BAD_WAVE_MODE -33
#define PI_TOO_MANY_PULSES -36
#define PI_NOT_PERMITTED -41
#define PI_BAD_PULSELEN -46
#define PI_BAD_WAVE_ID -66
#define PI_TOO_MANY_CBS -67
#define PI_TOO_MANY_OOL -68
#define PI_EMPTY_WAVEFORM -69
#define PI_NO_WAVEFORM_ID -70
#define PI_NOT_PWM_GPIO -92
#define PI_NOT_SERVO_GPIO -93
#define PI_NOT_HPWM_GPIO -95
#define PI_BAD_HPWM_FREQ -96
#define PI_BAD_HPWM_DUTY -97
#define PI_CHAIN_LOOP_CNT -113
#define PI_BAD_CHAIN_LOOP -114
#define PI_CHAIN_COUNTER -115
#define PI_BAD_CHAIN_CMD -116
#define PI_BAD_CHAIN_DELAY -117
#define PI_CHAIN_NESTING -118
#define PI_CHAIN_TOO_BIG -119
#define PI_BAD_EDGE -122
#define PI_BAD_FOREVER -124
#define PI_BAD_FILTER -125

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  uint32_t gpioOn;
  uint32_t gpioOff;
  uint32_t usDelay;
} gpioPulse_t;

typedef void (*gpioAlertFunc_t)(int gpio, int level, uint32_t tick);
typedef void (*gpioISRFunc_t)(int gpio, int level, uint32_t tick);

int gpioInitialise(void);
void gpioTerminate(void);
unsigned gpioHardwareRevision(void);
uint32_t gpioTick(void);
int gpioCfgClock(unsigned micros, unsigned peripheral, unsigned source);
int gpioCfgSocketPort(unsigned port);
int gpioCfgInterfaces(unsigned flags);
uint32_t gpioCfgGetInternals(void);
int gpioCfgSetInternals(uint32_t value);

int gpioSetMode(unsigned gpio, unsigned mode);
int gpioGetMode(unsigned gpio);
int gpioSetPullUpDown(unsigned gpio, unsigned pud);
int gpioRead(unsigned gpio);
int gpioWrite(unsigned gpio, unsigned level);
int gpioTrigger(unsigned gpio, unsigned pulseLen, unsigned level);
uint32_t gpioRead_Bits_0_31(void);
uint32_t gpioRead_Bits_32_53(void);
int gpioWrite_Bits_0_31_Set(uint32_t bits);
int gpioWrite_Bits_32_53_Set(uint32_t bits);
int gpioWrite_Bits_0_31_Clear(uint32_t bits);
int gpioWrite_Bits_32_53_Clear(uint32_t bits);

int gpioPWM(unsigned gpio, unsigned dutycycle);
int gpioGetPWMdutycycle(unsigned gpio);
int gpioSetPWMrange(unsigned gpio, unsigned range);
int gpioGetPWMrange(unsigned gpio);
int gpioGetPWMrealRange(unsigned gpio);
int gpioSetPWMfrequency(unsigned gpio, unsigned frequency);
int gpioGetPWMfrequency(unsigned gpio);
int gpioServo(unsigned gpio, unsigned pulsewidth);
int gpioGetServoPulsewidth(unsigned gpio);
int gpioHardwarePWM(unsigned gpio, unsigned frequency, unsigned dutycycle);

int gpioSetISRFunc(unsigned gpio, unsigned edge, int timeout, gpioISRFunc_t f);
int gpioSetAlertFunc(unsigned gpio, gpioAlertFunc_t f);
int gpioGlitchFilter(unsigned gpio, unsigned steady);
int gpioNotifyOpen(void);
int gpioNotifyOpenWithSize(int size);
int gpioNotifyBegin(unsigned handle, uint32_t bits);
int gpioNotifyPause(unsigned handle);
int gpioNotifyClose(unsigned handle);

int gpioWaveClear(void);
int gpioWaveAddNew(void);
int gpioWaveAddGeneric(unsigned numPulses, gpioPulse_t *pulses);
int gpioWaveCreate(void);
int gpioWaveDelete(unsigned wave);
int gpioWaveTxSend(unsigned wave, unsigned mode);
int gpioWaveChain(char *buf, unsigned bufSize);
int gpioWaveTxAt(void);
int gpioWaveTxBusy(void);
int gpioWaveTxStop(void);
int gpioWaveGetMicros(void);
int gpioWaveGetHighMicros(void);
int gpioWaveGetMaxMicros(void);
int gpioWaveGetPulses(void);
int gpioWaveGetHighPulses(void);
int gpioWaveGetMaxPulses(void);
int gpioWaveGetCbs(void);
int gpioWaveGetHighCbs(void);
int gpioWaveGetMaxCbs(void);

#ifdef __cplusplus
}
#endif

#endif
