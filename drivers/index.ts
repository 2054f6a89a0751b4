/** `pi-worker/drivers`: how lines are reached. Nothing native is loaded before a board is opened. */

export * from './buses/index.js'
export { mergeNeeds, type Needs, unmetNeeds } from './capabilities.js'
export { type OpenBoardOptions, type OpenedBoard, openBoard } from './detect.js'
export type {
  Bias,
  Board,
  BoardOptions,
  Capabilities,
  Direction,
  Drive,
  Driver,
  DriverName,
  Edge,
  EdgeEvent,
  EdgeFailure,
  EdgeSelection,
  Level,
  LevelListener,
  LineHandle,
  LineInfo,
  LineInspector,
  LineRequest,
  LineSettings,
  LostEdges,
  PartSpec,
  Played,
  PulsePlayer,
  PulseSequence,
  PulseStep,
  PwmSettings,
  PwmSource,
  PwmState,
  Signal,
} from './driver.js'
export { type GpiochipOptions, gpiochip, gpiochipDriver } from './gpiochip/index.js'
export {
  type HeaderPin,
  headerChipLabels,
  headerPin,
  headerPins,
  type LinePin,
  pinOfLine,
  type SupplyPin,
} from './header.js'
export { formatLine, MAX_LINE, type ParsedLine, parseLine, resolveLine } from './lines.js'
export { type OnoffOptions, onoffDriver } from './onoff/index.js'
export { type PigpioOptions, pigpioDriver } from './pigpio/index.js'
