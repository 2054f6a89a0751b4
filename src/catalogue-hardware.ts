/** The error codes of what reaches hardware: drivers and buses. A part of the catalogue, and below every layer like it. */

/** How a line may be written; help texts and errors say it with the same words. */
export const LINE_SPELLINGS = '17, GPIO17, BCM17, J8:11 (header pin), its own name, or gpiochip1:3 (another chip)'

export const hardwareCatalogue = {
  // drivers: chips, lines, handles
  ERR_NO_DRIVER: {
    meaning: 'No driver can be used on this machine.',
    remedy: 'See why each was refused; off the device, use the mock driver.',
    exit: 3,
  },
  ERR_REAL_HARDWARE: {
    meaning: 'Something would have opened real hardware in a process that forbids it.',
    remedy: "Open the bench with driver: 'mock', or take back forbidRealHardware().",
    exit: 3,
  },
  ERR_DRIVER_MISSING: {
    meaning: 'The package or file that a driver needs is not there.',
    remedy: 'Install what the message names, or choose another driver.',
    exit: 3,
  },
  ERR_UNKNOWN_CHIP: {
    meaning: 'There is no such GPIO chip.',
    remedy: 'List the chips with gpiodetect and name one of them.',
    exit: 3,
  },
  ERR_UNKNOWN_LINE: {
    meaning: 'There is no such line.',
    remedy: `Write a line as ${LINE_SPELLINGS}.`,
    exit: 2,
  },
  ERR_LINE_BUSY: {
    meaning: 'The line is held by somebody else.',
    remedy: 'End the program that holds it, or use another line.',
    exit: 3,
  },
  ERR_PERMISSION: {
    meaning: 'The kernel does not let this user reach the device.',
    remedy: 'Add the user to the group that owns the device, then log in again.',
    exit: 3,
  },
  ERR_UNSUPPORTED: {
    meaning: 'The driver cannot do what is asked of it.',
    remedy: 'Use a driver that can, or ask for less.',
    exit: 3,
  },
  ERR_RELEASED: {
    meaning: 'A handle was used after it was released.',
    remedy: 'Request the line again.',
    exit: 1,
  },
  ERR_BAD_PULSES: {
    meaning: 'A pulse sequence is not one that the driver can play.',
    remedy: 'Correct the step that the message names, or split the sequence.',
    exit: 2,
  },
  ERR_LATE: {
    meaning: 'A pulse sequence was played, and a step came later than was allowed.',
    remedy: 'Allow more, let the machine do less meanwhile, or let hardware time it: --driver pigpio.',
    exit: 1,
  },
  ERR_CHIP_GONE: {
    meaning: 'The GPIO chip vanished while it was in use.',
    remedy: 'Check that the device is still plugged in and its driver loaded, then start again.',
    exit: 3,
  },
  ERR_IO: {
    meaning: 'The kernel refused a call on a line.',
    remedy: 'See the errno in the message and the kernel log (dmesg).',
    exit: 3,
  },
  // buses: I2C, SPI, 1-Wire, IIO, PWM
  ERR_NO_DEVICE: {
    meaning: 'No device answers at that address of the bus.',
    remedy: 'Check its power, wiring and address; see what is there with i2cdetect or in /sys/bus.',
    exit: 1,
  },
  ERR_NACK: {
    meaning: 'A device on the bus stopped answering in the middle of a transfer.',
    remedy: 'Check the wiring and the pull-ups, or use a slower bus clock.',
    exit: 1,
  },
  ERR_BUS_HUNG: {
    meaning: 'A transfer on the bus did not end in time.',
    remedy: 'Power the devices off and on: one of them may hold a line of the bus; then reset the queue of the bus.',
    exit: 1,
  },
  ERR_BAD_READING: {
    meaning: 'A sensor gave a reading that cannot be true: a wrong checksum, or the value that it has after power-on.',
    remedy: 'Read again; if it comes back, check the wiring and the supply of the sensor.',
    exit: 1,
  },
  ERR_NOT_TAKEN: {
    meaning: 'A device on a bus does not hold what was written to it.',
    remedy: 'Check its supply and its wiring, and use a slower bus clock; then try again.',
    exit: 1,
  },
} as const
