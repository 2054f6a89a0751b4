/** The signals that ask a program to end, and what it ends with then. */

export type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP'

/** 128 + the number of the signal, as shells expect. */
export const signalExit: Readonly<Record<StopSignal, number>> = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 }
