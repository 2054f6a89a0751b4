/**
 * The structs and numbers of the GPIO character device, uAPI v2 (include/uapi/linux/gpio.h, kernel 5.10 and newer).
 * Little-endian, which every machine is that Node and koffi run on with GPIO lines. Sizes in bytes, @ = offset.
 */

import { PiWorkerError } from '../../src/errors.js'
import type { LineSettings } from '../driver.js'

/** ioctl requests: direction, size of the struct, 0xB4 and number, as `_IOWR(0xB4, nr, type)` makes them. */
export const IOCTL = {
  CHIPINFO: 0x8044b401,
  LINEINFO: 0xc100b405,
  WATCH: 0xc100b406,
  UNWATCH: 0xc004b40c,
  GET_LINE: 0xc250b407,
  SET_CONFIG: 0xc110b40d,
  GET_VALUES: 0xc010b40e,
  SET_VALUES: 0xc010b40f,
} as const

/** GPIO_V2_LINE_FLAG_*: the low half of a 64-bit field; no flag that we use is above bit 10. */
export const FLAG = {
  USED: 1 << 0,
  ACTIVE_LOW: 1 << 1,
  INPUT: 1 << 2,
  OUTPUT: 1 << 3,
  EDGE_RISING: 1 << 4,
  EDGE_FALLING: 1 << 5,
  OPEN_DRAIN: 1 << 6,
  OPEN_SOURCE: 1 << 7,
  PULL_UP: 1 << 8,
  PULL_DOWN: 1 << 9,
  BIAS_DISABLED: 1 << 10,
} as const

/** GPIO_V2_LINE_ATTR_ID_*. */
export const ATTRIBUTE = { FLAGS: 1, OUTPUT_VALUES: 2, DEBOUNCE: 3 } as const

export const SIZE = {
  chipInfo: 68,
  lineRequest: 592,
  lineConfig: 272,
  lineValues: 16,
  lineEvent: 48,
  lineInfo: 256,
  /** gpio_v2_line_info_changed: as long as six line events. */
  lineChange: 288,
} as const

/** Id of an event whose line became active; 2 is inactive. */
export const EVENT_RISING = 1

const NAME_BYTES = 32
const MAX_LINES = 64
/** Offsets in gpio_v2_line_request. */
const REQUEST = { offsets: 0, consumer: 256, config: 288, lineCount: 560, eventBuffer: 564, fd: 588 } as const
/** Offsets in gpio_v2_line_config; an attribute has 24 bytes: id u32@0, padding, value u64@8, mask u64@16. */
const CONFIG = { flags: 0, attributeCount: 8, attributes: 32, attributeSize: 24 } as const
/** The kernel's debounce period is a u32 of microseconds. */
const MAX_DEBOUNCE_US = 0xffff_ffff

export interface ChipInfo {
  readonly name: string
  readonly label: string
  readonly lineCount: number
}

export interface RawLineInfo {
  readonly name: string
  readonly consumer: string
  readonly line: number
  readonly flags: number
}

/** One event as the kernel wrote it: the direction is logical, that is after active-low. */
export interface RawEvent {
  /** CLOCK_MONOTONIC, ns. */
  readonly timestamp: bigint
  readonly active: boolean
  readonly line: number
  /** Counts the events of the whole request from 1. */
  readonly sequence: number
  /** Counts the events of this line from 1. */
  readonly lineSequence: number
}

/** gpiochip_info: name@0, label@32, lines u32@64. */
export function decodeChipInfo(bytes: Buffer): ChipInfo {
  return { name: text(bytes, 0), label: text(bytes, NAME_BYTES), lineCount: bytes.readUInt32LE(64) }
}

/** An empty gpio_v2_line_info that asks for one line. */
export function encodeLineInfoQuery(line: number): Buffer {
  const bytes = Buffer.alloc(SIZE.lineInfo)
  bytes.writeUInt32LE(line, 64)
  return bytes
}

/** gpio_v2_line_info: name@0, consumer@32, offset u32@64, flags u64@72. */
export function decodeLineInfo(bytes: Buffer): RawLineInfo {
  return {
    name: text(bytes, 0),
    consumer: text(bytes, NAME_BYTES),
    line: bytes.readUInt32LE(64),
    flags: bytes.readUInt32LE(72),
  }
}

/** What happened to a watched line. */
export interface RawLineChange {
  readonly info: RawLineInfo
  /** CLOCK_MONOTONIC, ns. */
  readonly timestamp: bigint
  readonly kind: 'requested' | 'released' | 'reconfigured'
}

const CHANGES = ['requested', 'released', 'reconfigured'] as const

/** gpio_v2_line_info_changed at `offset`: info@0, timestamp u64@256, event u32@264 (1 requested, 2 released, 3 changed). */
export function decodeLineChange(bytes: Buffer, offset: number): RawLineChange {
  return {
    info: decodeLineInfo(bytes.subarray(offset, offset + SIZE.lineInfo)),
    timestamp: bytes.readBigUInt64LE(offset + 256),
    kind: CHANGES[bytes.readUInt32LE(offset + 264) - 1] ?? 'reconfigured',
  }
}

export interface RequestFields {
  readonly lines: readonly number[]
  readonly consumer: string
  readonly eventBuffer: number
  readonly settings: LineSettings
  /** Logical values of outputs, as bits. */
  readonly values: number
}

/** gpio_v2_line_request. */
export function encodeLineRequest(request: RequestFields): Buffer {
  const { lines, consumer, eventBuffer, settings, values } = request
  if (lines.length > MAX_LINES || Buffer.byteLength(consumer) >= NAME_BYTES) {
    throw new PiWorkerError('ERR_BAD_OPTION', `a request has at most ${MAX_LINES} lines and 31 bytes of consumer name`)
  }
  const bytes = Buffer.alloc(SIZE.lineRequest)
  for (const [index, line] of lines.entries()) bytes.writeUInt32LE(line, REQUEST.offsets + 4 * index)
  bytes.write(consumer, REQUEST.consumer)
  encodeLineConfig(settings, lines.length, values).copy(bytes, REQUEST.config)
  bytes.writeUInt32LE(lines.length, REQUEST.lineCount)
  bytes.writeUInt32LE(eventBuffer, REQUEST.eventBuffer)
  return bytes
}

/** The file descriptor that the kernel wrote into an answered gpio_v2_line_request. */
export function decodeRequestFd(bytes: Buffer): number {
  return bytes.readInt32LE(REQUEST.fd)
}

/** gpio_v2_line_values. */
export function encodeLineValues(values: number, mask: number): Buffer {
  const bytes = Buffer.alloc(SIZE.lineValues)
  bytes.writeUInt32LE(values >>> 0, 0)
  bytes.writeUInt32LE(mask >>> 0, 8)
  return bytes
}

/**
 * gpio_v2_line_config: the same settings for all lines.
 * An output always carries its values: without them the kernel would drive the lines low.
 */
export function encodeLineConfig(settings: LineSettings, lineCount: number, values: number): Buffer {
  const bytes = Buffer.alloc(SIZE.lineConfig)
  const allLines = (1n << BigInt(lineCount)) - 1n
  let attributes = 0
  const attribute = (id: number, value: bigint) => {
    const at = CONFIG.attributes + CONFIG.attributeSize * attributes++
    bytes.writeUInt32LE(id, at)
    bytes.writeBigUInt64LE(value, at + 8)
    bytes.writeBigUInt64LE(allLines, at + 16)
  }
  bytes.writeBigUInt64LE(BigInt(encodeFlags(settings)), CONFIG.flags)
  if (settings.direction === 'output') attribute(ATTRIBUTE.OUTPUT_VALUES, BigInt(values >>> 0) & allLines)
  const debounceUs = Math.min(Math.ceil((settings.debounceNs ?? 0) / 1000), MAX_DEBOUNCE_US)
  if (debounceUs > 0) attribute(ATTRIBUTE.DEBOUNCE, BigInt(debounceUs))
  bytes.writeUInt32LE(attributes, CONFIG.attributeCount)
  return bytes
}

/** Flags of settings. The kernel's edges are logical, ours are physical: active-low swaps them. */
export function encodeFlags(settings: LineSettings): number {
  const { direction, bias = 'as-is', drive = 'push-pull', activeLow = false, edges = 'none' } = settings
  let flags: number = direction === 'output' ? FLAG.OUTPUT : FLAG.INPUT
  if (activeLow) flags |= FLAG.ACTIVE_LOW
  if (bias === 'pull-up') flags |= FLAG.PULL_UP
  if (bias === 'pull-down') flags |= FLAG.PULL_DOWN
  if (bias === 'disabled') flags |= FLAG.BIAS_DISABLED
  if (drive === 'open-drain') flags |= FLAG.OPEN_DRAIN
  if (drive === 'open-source') flags |= FLAG.OPEN_SOURCE
  if (edges === 'rising' || edges === 'both') flags |= activeLow ? FLAG.EDGE_FALLING : FLAG.EDGE_RISING
  if (edges === 'falling' || edges === 'both') flags |= activeLow ? FLAG.EDGE_RISING : FLAG.EDGE_FALLING
  return flags
}

/** gpio_v2_line_event at `offset`: timestamp u64@0, id u32@8, offset u32@12, seqno u32@16, line_seqno u32@20. */
export function decodeEvent(bytes: Buffer, offset: number): RawEvent {
  return {
    timestamp: bytes.readBigUInt64LE(offset),
    active: bytes.readUInt32LE(offset + 8) === EVENT_RISING,
    line: bytes.readUInt32LE(offset + 12),
    sequence: bytes.readUInt32LE(offset + 16),
    lineSequence: bytes.readUInt32LE(offset + 20),
  }
}

function text(bytes: Buffer, offset: number): string {
  const field = bytes.subarray(offset, offset + NAME_BYTES)
  const end = field.indexOf(0)
  return field.toString('utf8', 0, end < 0 ? NAME_BYTES : end)
}
