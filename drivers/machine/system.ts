/** What else of the system matters to jobs: its clock, pigpiod, buses, and what config.txt turns on. */

import type { MachineFiles } from './files.js'
import { processes } from './processes.js'

export interface SystemFacts {
  /** `/dev/rtc0`, or undefined when the machine forgets the time with its power. */
  readonly rtc: string | undefined
  /** The wall clock follows NTP; undefined when nothing tells. */
  readonly timeSynced: boolean | undefined
  /** The process of pigpiod, which moves lines behind the kernel's back. */
  readonly pigpiod: number | undefined
  /** `/dev/i2c-1`, `/dev/spidev0.0`. */
  readonly buses: readonly string[]
  readonly config: ConfigFacts | undefined
}

export interface ConfigFacts {
  /** `/boot/firmware/config.txt` */
  readonly path: string
  /** The overlays that it loads, as written: `w1-gpio,gpiopin=4`. */
  readonly overlays: readonly string[]
}

/** What `timedatectl` says: `yes` or `no`; undefined when it cannot be asked. */
export type AskTimeSync = () => Promise<string | undefined>

export async function readSystem(files: MachineFiles, ask: AskTimeSync): Promise<SystemFacts> {
  const dev = files.names('/dev')
  const rtc = dev.find(name => /^rtc\d+$/.test(name))
  return {
    rtc: rtc === undefined ? undefined : `/dev/${rtc}`,
    timeSynced: await timeSynced(files, ask),
    pigpiod: processes(files).find(({ name }) => name === 'pigpiod')?.pid,
    buses: dev
      .filter(name => /^(?:i2c-\d+|spidev\d+\.\d+)$/.test(name))
      .sort()
      .map(name => `/dev/${name}`),
    config: readConfig(files),
  }
}

/** systemd-timesyncd leaves a file; other daemons (chrony) are known to `timedatectl` only. */
async function timeSynced(files: MachineFiles, ask: AskTimeSync): Promise<boolean | undefined> {
  if (files.exists('/run/systemd/timesync/synchronized')) return true
  const answer = await ask()
  return answer === undefined ? undefined : answer === 'yes'
}

/** The newer of the two places that Raspberry Pi OS has had the file at. */
function readConfig(files: MachineFiles): ConfigFacts | undefined {
  for (const path of ['/boot/firmware/config.txt', '/boot/config.txt']) {
    const text = files.text(path)
    if (text === undefined) continue
    const overlays = text.split('\n').flatMap(line => /^\s*dtoverlay=(\S+)/.exec(line)?.[1] ?? [])
    return { path, overlays }
  }
  return undefined
}

/** The overlay that a line's consumer comes from, as config.txt has it: `onewire@4` is made by `w1-gpio,gpiopin=4`. */
export function overlayOf(config: ConfigFacts | undefined, line: number, consumer: string): string | undefined {
  const device = consumer.split(/[@:\s]/)[0]?.toLowerCase() ?? ''
  const candidates = (config?.overlays ?? []).filter(overlay => {
    const [name = '', ...parameters] = overlay.split(',')
    const pin = parameters.map(text => /^(?:gpiopin|gpio_pin|gpio|pin)=(\d+)$/.exec(text)?.[1]).find(Boolean)
    const own = pin ?? DEFAULT_PINS[name]
    return Number(own) === line && (MAKES[name] ?? [name]).some(word => device.startsWith(word) || word === device)
  })
  return candidates[0]
}

/** Where an overlay's line is when it is not told (README of the overlays). */
const DEFAULT_PINS: Readonly<Record<string, string>> = {
  'w1-gpio': '4',
  'w1-gpio-pullup': '4',
  dht11: '4',
  'gpio-ir': '18',
  'gpio-ir-tx': '18',
  'gpio-fan': '12',
  'gpio-shutdown': '3',
  'gpio-poweroff': '26',
  'gpio-key': '3',
  'pps-gpio': '18',
}

/** What the kernel calls the consumer of an overlay's line. */
const MAKES: Readonly<Record<string, readonly string[]>> = {
  'w1-gpio': ['onewire', 'w1'],
  'w1-gpio-pullup': ['onewire', 'w1'],
  dht11: ['dht11'],
  'gpio-ir': ['ir-receiver'],
  'gpio-ir-tx': ['gpio-ir-transmitter'],
  'gpio-fan': ['gpio-fan', 'cooling'],
  'gpio-shutdown': ['shutdown_button', 'button'],
  'gpio-poweroff': ['power_ctrl', 'power-off', 'gpio-poweroff'],
  'gpio-key': ['button', 'key'],
  'pps-gpio': ['pps'],
}
